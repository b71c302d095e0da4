package org.guestmount.core.protocol.message;

import java.util.List;
import org.guestmount.core.fs.FileExtent;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.protocol.FilesystemCodecs;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.Request;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestFilesystem#mapExtents}. */
public record MapExtents(FileHandle file, long offset) implements Request<List<FileExtent>> {
    public static MapExtents decode(WireReader in) throws ProtocolException {
        return new MapExtents(in.handle(), in.i64());
    }

    @Override
    public Opcode opcode() {
        return Opcode.MAP_EXTENTS;
    }

    @Override
    public void encode(WireWriter out) {
        out.handle(file).i64(offset);
    }

    @Override
    public List<FileExtent> execute(GuestServices guest) throws GuestFilesystemException {
        return guest.filesystem().mapExtents(file, offset);
    }

    @Override
    public void encodeResult(List<FileExtent> result, WireWriter out) {
        out.list(result, FilesystemCodecs::encodeExtent);
    }

    @Override
    public List<FileExtent> decodeResult(WireReader in) throws ProtocolException {
        return in.list(FilesystemCodecs::decodeExtent);
    }
}
