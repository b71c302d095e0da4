package org.guestmount.core.protocol.message;

import java.util.List;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.Request;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestFilesystem#listxattr}. */
public record Listxattr(FileReference file) implements Request<List<String>> {
    public static Listxattr decode(WireReader in) throws ProtocolException {
        return new Listxattr(in.reference());
    }

    @Override
    public Opcode opcode() {
        return Opcode.LISTXATTR;
    }

    @Override
    public void encode(WireWriter out) {
        out.reference(file);
    }

    @Override
    public List<String> execute(GuestServices guest) throws GuestFilesystemException {
        return guest.filesystem().listxattr(file);
    }

    @Override
    public void encodeResult(List<String> result, WireWriter out) {
        out.list(result, (name, to) -> to.string(name));
    }

    @Override
    public List<String> decodeResult(WireReader in) throws ProtocolException {
        return in.list(WireReader::string);
    }
}
