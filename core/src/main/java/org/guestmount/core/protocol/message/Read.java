package org.guestmount.core.protocol.message;

import java.nio.ByteBuffer;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.Request;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/**
 * {@link GuestFilesystem#read}.
 *
 * @param length how much to read, in bytes, 0 to {@link GuestFilesystem#MAX_TRANSFER_BYTES}
 */
public record Read(FileHandle file, long offset, int length) implements Request<ByteBuffer> {
    private static final int LENGTH_OFFSET = 2 * Long.BYTES;

    public Read {
        if (length < 0 || length > GuestFilesystem.MAX_TRANSFER_BYTES) {
            throw new IllegalArgumentException("read of " + length + " bytes");
        }
    }

    public static Read decode(WireReader in) throws ProtocolException {
        return new Read(in.handle(), in.i64(), in.i32());
    }

    /** How much a request asks for, told from its body without decoding it; 0 if the body is too short. */
    public static int lengthIn(ByteBuffer body) {
        return body.remaining() < LENGTH_OFFSET + Integer.BYTES ? 0 : body.getInt(body.position() + LENGTH_OFFSET);
    }

    @Override
    public Opcode opcode() {
        return Opcode.READ;
    }

    @Override
    public void encode(WireWriter out) {
        out.handle(file).i64(offset).i32(length);
    }

    @Override
    public ByteBuffer execute(GuestServices guest) throws GuestFilesystemException {
        ByteBuffer data = ByteBuffer.allocate(length);
        guest.filesystem().read(file, offset, data);
        return data.flip();
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
