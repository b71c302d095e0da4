package org.guestmount.cache;

import java.nio.ByteBuffer;

/** All there is in a small file, held in memory. It never changes, so any number of threads may read it at once. */
record HeldContent(ByteBuffer bytes) {
    int size() {
        return bytes.remaining();
    }

    /** Reads as pread(2). */
    int read(long offset, ByteBuffer destination) {
        int from = (int) Math.min(offset, size());
        int count = Math.min(size() - from, destination.remaining());
        destination.put(bytes.slice(bytes.position() + from, count));
        return count;
    }

    /** Whether none of it comes after: the kernel keeps what it reads, so whoever has read up to there does not ask again. */
    boolean endsBy(long offset) {
        return offset >= size();
    }
}
