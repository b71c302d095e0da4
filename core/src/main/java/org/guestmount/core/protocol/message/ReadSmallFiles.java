package org.guestmount.core.protocol.message;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.Request;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestFilesystem#readSmallFiles}. */
public record ReadSmallFiles(GuestPath directory, List<String> names) implements Request<List<Optional<ByteBuffer>>> {
    public ReadSmallFiles {
        names = List.copyOf(names);
    }

    public static ReadSmallFiles decode(WireReader in) throws ProtocolException {
        return new ReadSmallFiles(in.path(), in.list(WireReader::string));
    }

    @Override
    public Opcode opcode() {
        return Opcode.READ_SMALL_FILES;
    }

    @Override
    public void encode(WireWriter out) {
        out.path(directory);
        out.list(names, (name, to) -> to.string(name));
    }

    @Override
    public List<Optional<ByteBuffer>> execute(GuestServices guest) throws GuestFilesystemException {
        return guest.filesystem().readSmallFiles(directory, names);
    }

    @Override
    public void encodeResult(List<Optional<ByteBuffer>> result, WireWriter out) {
        out.list(result, (content, to) -> {
            to.bool(content.isPresent());
            if (content.isPresent()) {
                to.bytes(content.get());
            }
        });
    }

    @Override
    public List<Optional<ByteBuffer>> decodeResult(WireReader in) throws ProtocolException {
        return in.list(from -> from.bool() ? Optional.of(from.bytes()) : Optional.empty());
    }
}
