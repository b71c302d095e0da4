package org.guestmount.core.protocol.message;

import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.protocol.FilesystemCodecs;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.Request;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestFilesystem#getattr}. */
public record Getattr(FileReference file) implements Request<FileAttributes> {
    public static Getattr decode(WireReader in) throws ProtocolException {
        return new Getattr(in.reference());
    }

    @Override
    public Opcode opcode() {
        return Opcode.GETATTR;
    }

    @Override
    public void encode(WireWriter out) {
        out.reference(file);
    }

    @Override
    public FileAttributes execute(GuestServices guest) throws GuestFilesystemException {
        return guest.filesystem().getattr(file);
    }

    @Override
    public void encodeResult(FileAttributes result, WireWriter out) {
        FilesystemCodecs.encodeAttributes(result, out);
    }

    @Override
    public FileAttributes decodeResult(WireReader in) throws ProtocolException {
        return FilesystemCodecs.decodeAttributes(in);
    }
}
