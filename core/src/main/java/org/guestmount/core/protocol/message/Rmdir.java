package org.guestmount.core.protocol.message;

import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.protocol.Command;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestFilesystem#rmdir}. */
public record Rmdir(GuestPath path) implements Command {
    public static Rmdir decode(WireReader in) throws ProtocolException {
        return new Rmdir(in.path());
    }

    @Override
    public Opcode opcode() {
        return Opcode.RMDIR;
    }

    @Override
    public void encode(WireWriter out) {
        out.path(path);
    }

    @Override
    public void perform(GuestServices guest) throws GuestFilesystemException {
        guest.filesystem().rmdir(path);
    }
}
