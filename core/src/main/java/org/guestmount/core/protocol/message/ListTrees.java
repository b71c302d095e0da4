package org.guestmount.core.protocol.message;

import java.util.List;
import java.util.Optional;
import org.guestmount.core.fs.DirectoryEntry;
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

/** {@link GuestFilesystem#listTrees}. */
public record ListTrees(List<GuestPath> roots, boolean byName, int maxDirectories)
        implements Request<List<Optional<List<DirectoryEntry>>>> {
    public ListTrees {
        roots = List.copyOf(roots);
        if (maxDirectories < 1) {
            throw new IllegalArgumentException("at most " + maxDirectories + " directories");
        }
    }

    public static ListTrees decode(WireReader in) throws ProtocolException {
        return new ListTrees(in.list(WireReader::path), in.bool(), in.i32());
    }

    @Override
    public Opcode opcode() {
        return Opcode.LIST_TREES;
    }

    @Override
    public void encode(WireWriter out) {
        out.list(roots, (root, to) -> to.path(root)).bool(byName).i32(maxDirectories);
    }

    @Override
    public List<Optional<List<DirectoryEntry>>> execute(GuestServices guest) throws GuestFilesystemException {
        return guest.filesystem().listTrees(roots, byName, maxDirectories);
    }

    @Override
    public void encodeResult(List<Optional<List<DirectoryEntry>>> result, WireWriter out) {
        out.list(
                result,
                (entries, to) -> to.optional(
                        entries.orElse(null), (present, then) -> then.list(present, FilesystemCodecs::encodeEntry)));
    }

    @Override
    public List<Optional<List<DirectoryEntry>>> decodeResult(WireReader in) throws ProtocolException {
        return in.list(from -> Optional.ofNullable(from.optional(then -> then.list(FilesystemCodecs::decodeEntry))));
    }
}
