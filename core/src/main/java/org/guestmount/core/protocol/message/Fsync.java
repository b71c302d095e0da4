package org.guestmount.core.protocol.message;

import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.protocol.Command;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestFilesystem#fsync}. */
public record Fsync(FileReference file, boolean dataOnly) implements Command {
    public static Fsync decode(WireReader in) throws ProtocolException {
        return new Fsync(in.reference(), in.bool());
    }

    @Override
    public Opcode opcode() {
        return Opcode.FSYNC;
    }

    @Override
    public void encode(WireWriter out) {
        out.reference(file).bool(dataOnly);
    }

    @Override
    public void perform(GuestServices guest) throws GuestFilesystemException {
        guest.filesystem().fsync(file, dataOnly);
    }
}
