package org.guestmount.core.protocol.message;

import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.SeekTarget;
import org.guestmount.core.protocol.FilesystemCodecs;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.Request;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;

/** {@link GuestFilesystem#seek}. */
public record Seek(FileHandle file, long offset, SeekTarget target) implements Request<Long> {
    public static Seek decode(WireReader in) throws ProtocolException {
        return new Seek(in.handle(), in.i64(), FilesystemCodecs.decodeSeekTarget(in));
    }

    @Override
    public Opcode opcode() {
        return Opcode.SEEK;
    }

    @Override
    public void encode(WireWriter out) {
        out.handle(file).i64(offset).u8(target.whence());
    }

    @Override
    public Long execute(GuestServices guest) throws GuestFilesystemException {
        return guest.filesystem().seek(file, offset, target);
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
