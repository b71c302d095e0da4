package org.guestmount.core.protocol.message;

import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.protocol.FilesystemCodecs;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.Request;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestFilesystem#link}. */
public record Link(FileReference existing, GuestPath path) implements Request<FileAttributes> {
    public static Link decode(WireReader in) throws ProtocolException {
        return new Link(in.reference(), in.path());
    }

    @Override
    public Opcode opcode() {
        return Opcode.LINK;
    }

    @Override
    public void encode(WireWriter out) {
        out.reference(existing).path(path);
    }

    @Override
    public FileAttributes execute(GuestServices guest) throws GuestFilesystemException {
        return guest.filesystem().link(existing, path);
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
