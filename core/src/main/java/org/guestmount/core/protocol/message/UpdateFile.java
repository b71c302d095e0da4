package org.guestmount.core.protocol.message;

import org.guestmount.core.fs.FileUpdate;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.protocol.Command;
import org.guestmount.core.protocol.FilesystemCodecs;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestFilesystem#updateLater}. */
public record UpdateFile(FileUpdate update) implements Command {
    public static UpdateFile decode(WireReader in) throws ProtocolException {
        return new UpdateFile(
                new FileUpdate(in.handle(), in.i64(), in.bytes(), FilesystemCodecs.decodeChange(in), in.bool()));
    }

    @Override
    public Opcode opcode() {
        return Opcode.UPDATE_FILE;
    }

    @Override
    public void encode(WireWriter out) {
        out.handle(update.file()).i64(update.offset()).bytes(update.data());
        FilesystemCodecs.encodeChange(update.change(), out);
        out.bool(update.release());
    }

    @Override
    public void perform(GuestServices guest) throws GuestFilesystemException {
        update.applyTo(guest.filesystem());
    }
}
