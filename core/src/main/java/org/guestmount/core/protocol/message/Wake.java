package org.guestmount.core.protocol.message;

import java.nio.ByteBuffer;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.Timestamp;
import org.guestmount.core.machine.GuestMachine;
import org.guestmount.core.protocol.Command;
import org.guestmount.core.protocol.FilesystemCodecs;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestMachine#wake}. */
public record Wake(Timestamp now, ByteBuffer entropy) implements Command {
    public static Wake decode(WireReader in) throws ProtocolException {
        return new Wake(FilesystemCodecs.decodeTimestamp(in), in.bytes());
    }

    @Override
    public Opcode opcode() {
        return Opcode.WAKE;
    }

    @Override
    public void encode(WireWriter out) {
        FilesystemCodecs.encodeTimestamp(now, out);
        out.bytes(entropy);
    }

    @Override
    public void perform(GuestServices guest) throws GuestFilesystemException {
        guest.machine().wake(now, entropy.duplicate());
    }
}
