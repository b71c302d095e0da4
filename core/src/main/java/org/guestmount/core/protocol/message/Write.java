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
 * {@link GuestFilesystem#write}.
 *
 * @param data its remaining bytes, at most {@link GuestFilesystem#MAX_TRANSFER_BYTES}
 */
public record Write(FileHandle file, long offset, ByteBuffer data) implements Request<Integer> {
    public Write {
        if (data.remaining() > GuestFilesystem.MAX_TRANSFER_BYTES) {
            throw new IllegalArgumentException("write of " + data.remaining() + " bytes");
        }
    }

    public static Write decode(WireReader in) throws ProtocolException {
        return new Write(in.handle(), in.i64(), in.bytes());
    }

    @Override
    public Opcode opcode() {
        return Opcode.WRITE;
    }

    @Override
    public void encode(WireWriter out) {
        out.handle(file).i64(offset).bytes(data);
    }

    @Override
    public Integer execute(GuestServices guest) throws GuestFilesystemException {
        return guest.filesystem().write(file, offset, data.duplicate());
    }

    @Override
    public void encodeResult(Integer result, WireWriter out) {
        out.i32(result);
    }

    @Override
    public Integer decodeResult(WireReader in) throws ProtocolException {
        return in.i32();
    }
}
