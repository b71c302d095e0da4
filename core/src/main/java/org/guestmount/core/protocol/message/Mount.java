package org.guestmount.core.protocol.message;

import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.machine.GuestMachine;
import org.guestmount.core.machine.MountOutcome;
import org.guestmount.core.machine.MountRequest;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.MachineCodecs;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.Request;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestMachine#mount}. */
public record Mount(MountRequest request) implements Request<MountOutcome> {
    public static Mount decode(WireReader in) throws ProtocolException {
        return new Mount(MachineCodecs.decodeMountRequest(in));
    }

    @Override
    public Opcode opcode() {
        return Opcode.MOUNT;
    }

    @Override
    public void encode(WireWriter out) {
        MachineCodecs.encodeMountRequest(request, out);
    }

    @Override
    public MountOutcome execute(GuestServices guest) throws GuestFilesystemException {
        return guest.machine().mount(request);
    }

    @Override
    public void encodeResult(MountOutcome result, WireWriter out) {
        MachineCodecs.encodeMountOutcome(result, out);
    }

    @Override
    public MountOutcome decodeResult(WireReader in) throws ProtocolException {
        return MachineCodecs.decodeMountOutcome(in);
    }
}
