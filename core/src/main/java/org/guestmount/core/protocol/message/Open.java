package org.guestmount.core.protocol.message;

import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.OpenedFile;
import org.guestmount.core.protocol.FilesystemCodecs;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.Request;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestFilesystem#open}. */
public record Open(GuestPath path, OpenFlags flags) implements Request<OpenedFile> {
    public static Open decode(WireReader in) throws ProtocolException {
        return new Open(in.path(), new OpenFlags(in.i32()));
    }

    /** Whether the contents of a file with these attributes should come with the reply. */
    public boolean wantsContent(FileAttributes opened) {
        return flags.equals(OpenFlags.READ_ONLY)
                && opened.type() == FileType.REGULAR
                && opened.size() <= GuestFilesystem.SMALL_FILE_BYTES;
    }

    @Override
    public Opcode opcode() {
        return Opcode.OPEN;
    }

    @Override
    public void encode(WireWriter out) {
        out.path(path).i32(flags.bits());
    }

    @Override
    public OpenedFile execute(GuestServices guest) throws GuestFilesystemException {
        return guest.filesystem().open(path, flags);
    }

    @Override
    public void encodeResult(OpenedFile result, WireWriter out) {
        FilesystemCodecs.encodeOpened(result, out);
    }

    @Override
    public OpenedFile decodeResult(WireReader in) throws ProtocolException {
        return FilesystemCodecs.decodeOpened(in);
    }
}
