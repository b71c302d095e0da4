package org.guestmount.fuse.kernel;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.guestmount.core.fs.FilesystemStatistics;

/** An answer in a worker's buffer: {@code struct fuse_out_header}, then what belongs to the opcode. */
final class Reply {
    static final int HEADER_BYTES = 16;

    private static final int LENGTH = 0;
    private static final int ERROR = 4;
    private static final int UNIQUE = 8;

    private static final int STATFS_SPARE_BYTES = 28;

    private final ByteBuffer buffer;

    Reply(ByteBuffer buffer) {
        this.buffer = buffer;
    }

    /** Begins an answer. */
    void reset() {
        buffer.clear().position(HEADER_BYTES);
    }

    /**
     * Ends it.
     *
     * @param error 0, or a negative error number, when what was put is dropped
     * @return its length in bytes
     */
    int finish(long unique, int error) {
        return finish(error == 0 ? buffer.position() : HEADER_BYTES, error, unique);
    }

    /**
     * Ends what answers no request.
     *
     * @param code one of {@code FUSE_NOTIFY_*}
     * @return its length in bytes
     */
    int finishNotice(int code) {
        return finish(buffer.position(), code, 0);
    }

    private int finish(int length, int error, long unique) {
        buffer.putInt(LENGTH, length);
        buffer.putInt(ERROR, error);
        buffer.putLong(UNIQUE, unique);
        return length;
    }

    Reply u16(int value) {
        buffer.putShort((short) value);
        return this;
    }

    Reply u32(int value) {
        buffer.putInt(value);
        return this;
    }

    Reply u64(long value) {
        buffer.putLong(value);
        return this;
    }

    Reply zeros(int bytes) {
        for (int i = 0; i < bytes; i++) {
            buffer.put((byte) 0);
        }
        return this;
    }

    Reply bytes(byte[] bytes) {
        buffer.put(bytes);
        return this;
    }

    Reply bytes(String bytes) {
        return bytes(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    int position() {
        return buffer.position();
    }

    /** Room for data of up to this length after what has been put; to be followed by {@link #filled}. */
    ByteBuffer room(int length) {
        return buffer.slice(buffer.position(), length);
    }

    void filled(int length) {
        buffer.position(buffer.position() + length);
    }

    /** {@code struct fuse_open_out}. */
    void open(long handle, int flags) {
        u64(handle).u32(flags).u32(0);
    }

    /** {@code struct fuse_write_out}. */
    void written(int length) {
        u32(length).u32(0);
    }

    /** {@code struct fuse_statfs_out}. */
    void statistics(FilesystemStatistics statistics) {
        u64(statistics.blocks()).u64(statistics.freeBlocks()).u64(statistics.availableBlocks());
        u64(statistics.files()).u64(statistics.freeFiles());
        u32((int) statistics.blockSize()).u32(statistics.maxNameBytes()).u32((int) statistics.fragmentSize());
        zeros(STATFS_SPARE_BYTES);
    }
}
