package org.guestmount.cli;

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

/** Has no disks; what a test is about it does otherwise. */
abstract class EmptyMachine implements GuestMachine {
    @Override
    public List<BlockDevice> blockDevices(int expectedDrives) {
        return List.of();
    }

    @Override
    public List<DetectedFilesystem> detectFilesystems() {
        return List.of();
    }

    @Override
    public List<OperatingSystem> inspect() {
        return List.of();
    }

    @Override
    public List<String> assemble() {
        return List.of();
    }

    @Override
    public long memoryToUnlock(String device) {
        return 0;
    }

    @Override
    public String unlock(String device, ByteBuffer key) throws GuestFilesystemException {
        return device;
    }

    @Override
    public MountOutcome mount(MountRequest request) throws GuestFilesystemException {
        return new MountOutcome(false, "");
    }

    @Override
    public void unmountAll() {}

    @Override
    public void wake(Timestamp now, ByteBuffer entropy) {}

    @Override
    public void settle() {}

    @Override
    public void powerOff() {}
}
