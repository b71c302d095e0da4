package org.guestmount.core.protocol.message;

import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.Request;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestFilesystem#copyRange}. */
public record CopyRange(
        FileHandle source, long sourceOffset, FileHandle destination, long destinationOffset, long length)
        implements Request<Long> {
    public static CopyRange decode(WireReader in) throws ProtocolException {
        return new CopyRange(in.handle(), in.i64(), in.handle(), in.i64(), in.i64());
    }

    @Override
    public Opcode opcode() {
        return Opcode.COPY_RANGE;
    }

    @Override
    public void encode(WireWriter out) {
        out.handle(source)
                .i64(sourceOffset)
                .handle(destination)
                .i64(destinationOffset)
                .i64(length);
    }

    @Override
    public Long execute(GuestServices guest) throws GuestFilesystemException {
        return guest.filesystem().copyRange(source, sourceOffset, destination, destinationOffset, length);
    }

    @Override
    public void encodeResult(Long result, WireWriter out) {
        out.i64(result);
    }

    @Override
    public Long decodeResult(WireReader in) throws ProtocolException {
        return in.i64();
    }
}
