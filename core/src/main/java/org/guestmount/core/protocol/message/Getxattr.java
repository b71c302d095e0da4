package org.guestmount.core.protocol.message;

import java.nio.ByteBuffer;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.Request;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestFilesystem#getxattr}. */
public record Getxattr(FileReference file, String name) implements Request<ByteBuffer> {
    public static Getxattr decode(WireReader in) throws ProtocolException {
        return new Getxattr(in.reference(), in.string());
    }

    @Override
    public Opcode opcode() {
        return Opcode.GETXATTR;
    }

    @Override
    public void encode(WireWriter out) {
        out.reference(file).string(name);
    }

    @Override
    public ByteBuffer execute(GuestServices guest) throws GuestFilesystemException {
        return ByteBuffer.wrap(guest.filesystem().getxattr(file, name));
    }

    @Override
    public void encodeResult(ByteBuffer result, WireWriter out) {
        out.bytes(result);
    }

    @Override
    public ByteBuffer decodeResult(WireReader in) throws ProtocolException {
        return in.bytes();
    }
}
