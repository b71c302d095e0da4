package org.guestmount.core.protocol.message;

import java.util.List;
import org.guestmount.core.fs.FileExtent;
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

/** {@link GuestFilesystem#mapSmallFiles}. */
public record MapSmallFiles(GuestPath directory, List<String> names) implements Request<List<List<FileExtent>>> {
    public MapSmallFiles {
        names = List.copyOf(names);
    }

    public static MapSmallFiles decode(WireReader in) throws ProtocolException {
        return new MapSmallFiles(in.path(), in.list(WireReader::string));
    }

    @Override
    public Opcode opcode() {
        return Opcode.MAP_SMALL_FILES;
    }

    @Override
    public void encode(WireWriter out) {
        out.path(directory);
        out.list(names, (name, to) -> to.string(name));
    }

    @Override
    public List<List<FileExtent>> execute(GuestServices guest) throws GuestFilesystemException {
        return guest.filesystem().mapSmallFiles(directory, names);
    }

    @Override
    public void encodeResult(List<List<FileExtent>> result, WireWriter out) {
        out.list(result, (extents, to) -> to.list(extents, FilesystemCodecs::encodeExtent));
    }

    @Override
    public List<List<FileExtent>> decodeResult(WireReader in) throws ProtocolException {
        return in.list(from -> from.list(FilesystemCodecs::decodeExtent));
    }
}
