package org.guestmount.core.protocol;

import org.guestmount.core.fs.FileHandle;

/** A request that moves data between an open file and a part of the window; its result is how much was moved, in bytes. */
public interface WindowTransfer extends Request<Integer> {
    FileHandle file();

    /** In the file, in bytes. */
    long offset();

    WindowPart part();

    @Override
    default void encode(WireWriter out) {
        out.handle(file()).i64(offset());
        part().encode(out);
    }

    @Override
    default void encodeResult(Integer result, WireWriter out) {
        out.i32(result);
    }

    @Override
    default Integer decodeResult(WireReader in) throws ProtocolException {
        return in.i32();
    }
}
