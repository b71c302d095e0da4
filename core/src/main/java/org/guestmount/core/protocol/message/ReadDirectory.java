package org.guestmount.core.protocol.message;

import org.guestmount.core.fs.DirectoryChunk;
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

/**
 * {@link GuestFilesystem#readDirectory}.
 *
 * @param maxBytes 1 to {@link GuestFilesystem#MAX_TRANSFER_BYTES}
 */
public record ReadDirectory(FileReference directory, int maxBytes) implements Request<DirectoryChunk> {
    public ReadDirectory {
        if (maxBytes < 1 || maxBytes > GuestFilesystem.MAX_TRANSFER_BYTES) {
            throw new IllegalArgumentException("listing of " + maxBytes + " bytes");
        }
    }

    public static ReadDirectory decode(WireReader in) throws ProtocolException {
        return new ReadDirectory(in.reference(), in.i32());
    }

    @Override
    public Opcode opcode() {
        return Opcode.READ_DIRECTORY;
    }

    @Override
    public void encode(WireWriter out) {
        out.reference(directory).i32(maxBytes);
    }

    @Override
    public DirectoryChunk execute(GuestServices guest) throws GuestFilesystemException {
        return guest.filesystem().readDirectory(directory, maxBytes);
    }

    @Override
    public void encodeResult(DirectoryChunk result, WireWriter out) {
        FilesystemCodecs.encodeChunk(result, out);
    }

    @Override
    public DirectoryChunk decodeResult(WireReader in) throws ProtocolException {
        return FilesystemCodecs.decodeChunk(in);
    }
}
