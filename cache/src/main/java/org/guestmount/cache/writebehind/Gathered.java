package org.guestmount.cache.writebehind;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Data that was written piece by piece, to be sent as one. Not thread-safe. */
final class Gathered {
    private static final byte[] NOTHING = {};

    private final int limit;
    private byte[] data = NOTHING;
    private int length;

    /** @param limit what there may be at most, in bytes */
    Gathered(int limit) {
        this.limit = limit;
    }

    int length() {
        return length;
    }

    /** Whether so many bytes more may be added. */
    boolean takes(int count) {
        return length + count <= limit;
    }

    boolean isFull() {
        return length == limit;
    }

    /** Adds what is left of the source, which has to be taken. */
    void add(ByteBuffer source) {
        int count = source.remaining();
        if (data.length < length + count) {
            data = Arrays.copyOf(data, Math.max(length + count, Math.min(2 * length, limit)));
        }
        source.get(data, length, count);
        length += count;
    }

    /** All of it, until the next is added. */
    ByteBuffer view() {
        return ByteBuffer.wrap(data, 0, length);
    }

    /** Begins anew, in the same memory. */
    void clear() {
        length = 0;
    }

    /** Gives up the memory too. */
    void discard() {
        data = NOTHING;
        length = 0;
    }
}
