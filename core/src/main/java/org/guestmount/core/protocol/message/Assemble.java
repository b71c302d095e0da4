package org.guestmount.core.protocol.message;

import java.util.List;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.machine.GuestMachine;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.Request;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestMachine#assemble}. */
public record Assemble() implements Request<List<String>> {
    public static Assemble decode(WireReader in) {
        return new Assemble();
    }

    @Override
    public Opcode opcode() {
        return Opcode.ASSEMBLE;
    }

    @Override
    public void encode(WireWriter out) {
        // It says all by being asked.
    }

    @Override
    public List<String> execute(GuestServices guest) throws GuestFilesystemException {
        return guest.machine().assemble();
    }

    @Override
    public void encodeResult(List<String> result, WireWriter out) {
        out.list(result, (problem, to) -> to.text(problem));
    }

    @Override
    public List<String> decodeResult(WireReader in) throws ProtocolException {
        return in.list(WireReader::text);
    }
}
