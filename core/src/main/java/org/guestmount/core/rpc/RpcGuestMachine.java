package org.guestmount.core.rpc;

import java.nio.ByteBuffer;
import java.util.List;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.Timestamp;
import org.guestmount.core.machine.BlockDevice;
import org.guestmount.core.machine.DetectedFilesystem;
import org.guestmount.core.machine.GuestMachine;
import org.guestmount.core.machine.MountOutcome;
import org.guestmount.core.machine.MountRequest;
import org.guestmount.core.machine.OperatingSystem;
import org.guestmount.core.protocol.message.Assemble;
import org.guestmount.core.protocol.message.DetectFilesystems;
import org.guestmount.core.protocol.message.Inspect;
import org.guestmount.core.protocol.message.ListBlockDevices;
import org.guestmount.core.protocol.message.LuksMetadata;
import org.guestmount.core.protocol.message.MemoryToUnlock;
import org.guestmount.core.protocol.message.Mount;
import org.guestmount.core.protocol.message.PowerOff;
import org.guestmount.core.protocol.message.Settle;
import org.guestmount.core.protocol.message.Unlock;
import org.guestmount.core.protocol.message.UnmountAll;
import org.guestmount.core.protocol.message.Wake;

/** Control of the guest by asking the daemon. */
public final class RpcGuestMachine implements GuestMachine {
    private final DaemonChannel channel;

    /**
     * A view of a connection.
     *
     * @param channel stays the caller's to close
     */
    public RpcGuestMachine(DaemonChannel channel) {
        this.channel = channel;
    }

    @Override
    public List<BlockDevice> blockDevices(int expectedDrives) throws GuestFilesystemException {
        return channel.call(new ListBlockDevices(expectedDrives));
    }

    @Override
    public List<DetectedFilesystem> detectFilesystems() throws GuestFilesystemException {
        return channel.call(new DetectFilesystems());
    }

    @Override
    public List<OperatingSystem> inspect() throws GuestFilesystemException {
        return channel.call(new Inspect());
    }

    @Override
    public List<String> assemble() throws GuestFilesystemException {
        return channel.call(new Assemble());
    }

    @Override
    public long memoryToUnlock(String device) throws GuestFilesystemException {
        return channel.call(new MemoryToUnlock(device));
    }

    @Override
    public String unlock(String device, ByteBuffer key) throws GuestFilesystemException {
        return channel.call(new Unlock(device, key));
    }

    @Override
    public String luksMetadata(String device) throws GuestFilesystemException {
        return channel.call(new LuksMetadata(device));
    }

    @Override
    public MountOutcome mount(MountRequest request) throws GuestFilesystemException {
        return channel.call(new Mount(request));
    }

    @Override
    public void unmountAll() throws GuestFilesystemException {
        channel.call(new UnmountAll());
    }

    @Override
    public void wake(Timestamp now, ByteBuffer entropy) throws GuestFilesystemException {
        channel.call(new Wake(now, entropy));
    }

    @Override
    public void settle() throws GuestFilesystemException {
        channel.call(new Settle());
    }

    @Override
    public void powerOff() throws GuestFilesystemException {
        channel.call(new PowerOff());
    }
}
