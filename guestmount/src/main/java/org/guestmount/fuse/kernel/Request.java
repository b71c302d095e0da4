package org.guestmount.fuse.kernel;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.guestmount.core.fs.Credentials;

/**
 * A request in a worker's buffer: {@code struct fuse_in_header}, then a structure and names according to the opcode,
 * which are read in order. Reading past its end is a {@link java.nio.BufferUnderflowException}.
 */
final class Request {
    static final int HEADER_BYTES = 40;

    private static final int OPCODE = 4;
    private static final int UNIQUE = 8;
    private static final int NODE = 16;
    private static final int UID = 24;
    private static final int GID = 28;

    private final ByteBuffer buffer;

    Request(ByteBuffer buffer) {
        this.buffer = buffer;
    }

    /** Begins with the request of this length now in the buffer. */
    void received(int length) {
        buffer.limit(length).position(HEADER_BYTES);
    }

    int opcode() {
        return buffer.getInt(OPCODE);
    }

    /** What the answer must carry. */
    long unique() {
        return buffer.getLong(UNIQUE);
    }

    /** The node it is about. */
    long node() {
        return buffer.getLong(NODE);
    }

    int uid() {
        return buffer.getInt(UID);
    }

    Credentials caller() {
        return new Credentials(uid(), buffer.getInt(GID));
    }

    int u32() {
        return buffer.getInt();
    }

    long u64() {
        return buffer.getLong();
    }

    void skip(int bytes) {
        buffer.position(buffer.position() + bytes);
    }

    /** A name's bytes up to the NUL that ends it. */
    String name() {
        int start = buffer.position();
        int end = start;
        while (buffer.get(end) != 0) {
            end++;
        }
        byte[] name = new byte[end - start];
        buffer.get(name);
        buffer.get();
        return new String(name, StandardCharsets.ISO_8859_1);
    }

    byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        buffer.get(bytes);
        return bytes;
    }

    /** Data in place: valid until the worker receives its next request. */
    ByteBuffer data(int length) {
        return buffer.slice(buffer.position(), length);
    }
}
