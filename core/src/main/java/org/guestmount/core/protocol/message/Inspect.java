package org.guestmount.core.protocol.message;

import java.util.List;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.machine.GuestMachine;
import org.guestmount.core.machine.OperatingSystem;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.MachineCodecs;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.Request;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestMachine#inspect}. */
public record Inspect() implements Request<List<OperatingSystem>> {
    public static Inspect decode(WireReader in) {
        return new Inspect();
    }

    @Override
    public Opcode opcode() {
        return Opcode.INSPECT;
    }

    @Override
    public void encode(WireWriter out) {}

    @Override
    public List<OperatingSystem> execute(GuestServices guest) throws GuestFilesystemException {
        return guest.machine().inspect();
    }

    @Override
    public void encodeResult(List<OperatingSystem> result, WireWriter out) {
        out.list(result, MachineCodecs::encodeOperatingSystem);
    }

    @Override
    public List<OperatingSystem> decodeResult(WireReader in) throws ProtocolException {
        return in.list(MachineCodecs::decodeOperatingSystem);
    }
}
