package org.guestmount.core.protocol.message;

import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.RenameMode;
import org.guestmount.core.protocol.Command;
import org.guestmount.core.protocol.FilesystemCodecs;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestFilesystem#rename}. */
public record Rename(GuestPath from, GuestPath to, RenameMode mode) implements Command {
    public static Rename decode(WireReader in) throws ProtocolException {
        return new Rename(in.path(), in.path(), FilesystemCodecs.decodeRenameMode(in));
    }

    @Override
    public Opcode opcode() {
        return Opcode.RENAME;
    }

    @Override
    public void encode(WireWriter out) {
        out.path(from).path(to).u8(mode.flags());
    }

    @Override
    public void perform(GuestServices guest) throws GuestFilesystemException {
        guest.filesystem().rename(from, to, mode);
    }
}
