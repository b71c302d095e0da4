package org.guestmount.core.protocol.message;

import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileUpdate;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.protocol.Command;
import org.guestmount.core.protocol.FilesystemCodecs;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.WindowPart;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestFilesystem#updateLater} with the data in a part of the window; otherwise as {@link UpdateFile}. */
public record UpdateFromWindow(FileHandle file, long offset, WindowPart source, AttributeChange change, boolean release)
        implements Command {
    public static UpdateFromWindow decode(WireReader in) throws ProtocolException {
        return new UpdateFromWindow(
                in.handle(), in.i64(), WindowPart.decode(in), FilesystemCodecs.decodeChange(in), in.bool());
    }

    @Override
    public Opcode opcode() {
        return Opcode.UPDATE_FROM_WINDOW;
    }

    @Override
    public void encode(WireWriter out) {
        out.handle(file).i64(offset);
        source.encode(out);
        FilesystemCodecs.encodeChange(change, out);
        out.bool(release);
    }

    @Override
    public void perform(GuestServices guest) throws GuestFilesystemException {
        new FileUpdate(file, offset, source.of(guest.window()), change, release).applyTo(guest.filesystem());
    }
}
