package org.guestmount.core.protocol.message;

import org.guestmount.core.fs.AttributeChange;
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

/** {@link GuestFilesystem#setattr}. */
public record Setattr(FileReference file, AttributeChange change) implements Request<FileAttributes> {
    public static Setattr decode(WireReader in) throws ProtocolException {
        return new Setattr(in.reference(), FilesystemCodecs.decodeChange(in));
    }

    @Override
    public Opcode opcode() {
        return Opcode.SETATTR;
    }

    @Override
    public void encode(WireWriter out) {
        out.reference(file);
        FilesystemCodecs.encodeChange(change, out);
    }

    @Override
    public FileAttributes execute(GuestServices guest) throws GuestFilesystemException {
        return guest.filesystem().setattr(file, change);
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
