package org.guestmount.core.protocol.message;

import org.guestmount.core.fs.Credentials;
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

/** {@link GuestFilesystem#create}. */
public record Create(GuestPath path, OpenFlags flags, int mode, Credentials owner) implements Request<OpenedFile> {
    public static Create decode(WireReader in) throws ProtocolException {
        return new Create(in.path(), new OpenFlags(in.i32()), in.i32(), FilesystemCodecs.decodeCredentials(in));
    }

    @Override
    public Opcode opcode() {
        return Opcode.CREATE;
    }

    @Override
    public void encode(WireWriter out) {
        out.path(path).i32(flags.bits()).i32(mode);
        FilesystemCodecs.encodeCredentials(owner, out);
    }

    @Override
    public OpenedFile execute(GuestServices guest) throws GuestFilesystemException {
        return guest.filesystem().create(path, flags, mode, owner);
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
