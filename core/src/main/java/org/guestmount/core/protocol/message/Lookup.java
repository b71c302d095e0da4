package org.guestmount.core.protocol.message;

import org.guestmount.core.fs.FileDetails;
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

/** {@link GuestFilesystem#lookup}. */
public record Lookup(GuestPath path) implements Request<FileDetails> {
    public static Lookup decode(WireReader in) throws ProtocolException {
        return new Lookup(in.path());
    }

    @Override
    public Opcode opcode() {
        return Opcode.LOOKUP;
    }

    @Override
    public void encode(WireWriter out) {
        out.path(path);
    }

    @Override
    public FileDetails execute(GuestServices guest) throws GuestFilesystemException {
        return guest.filesystem().lookup(path);
    }

    @Override
    public void encodeResult(FileDetails result, WireWriter out) {
        FilesystemCodecs.encodeDetails(result, out);
    }

    @Override
    public FileDetails decodeResult(WireReader in) throws ProtocolException {
        return FilesystemCodecs.decodeDetails(in);
    }
}
