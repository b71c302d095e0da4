package org.guestmount.core.protocol.message;

import java.util.List;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.machine.BlockDevice;
import org.guestmount.core.machine.GuestMachine;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.MachineCodecs;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.Request;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestMachine#blockDevices}. */
public record ListBlockDevices(int expectedDrives) implements Request<List<BlockDevice>> {
    public static ListBlockDevices decode(WireReader in) throws ProtocolException {
        return new ListBlockDevices(in.i32());
    }

    @Override
    public Opcode opcode() {
        return Opcode.LIST_BLOCK_DEVICES;
    }

    @Override
    public void encode(WireWriter out) {
        out.i32(expectedDrives);
    }

    @Override
    public List<BlockDevice> execute(GuestServices guest) throws GuestFilesystemException {
        return guest.machine().blockDevices(expectedDrives);
    }

    @Override
    public void encodeResult(List<BlockDevice> result, WireWriter out) {
        out.list(result, MachineCodecs::encodeBlockDevice);
    }

    @Override
    public List<BlockDevice> decodeResult(WireReader in) throws ProtocolException {
        return in.list(MachineCodecs::decodeBlockDevice);
    }
}
