package org.guestmount.core.protocol.message;

import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.FileAttributes;
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

/** {@link GuestFilesystem#mkdir}. */
public record Mkdir(GuestPath path, int mode, Credentials owner) implements Request<FileAttributes> {
    public static Mkdir decode(WireReader in) throws ProtocolException {
        return new Mkdir(in.path(), in.i32(), FilesystemCodecs.decodeCredentials(in));
    }

    @Override
    public Opcode opcode() {
        return Opcode.MKDIR;
    }

    @Override
    public void encode(WireWriter out) {
        out.path(path).i32(mode);
        FilesystemCodecs.encodeCredentials(owner, out);
    }

    @Override
    public FileAttributes execute(GuestServices guest) throws GuestFilesystemException {
        return guest.filesystem().mkdir(path, mode, owner);
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
