package org.guestmount.core.fs;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A regular file's bytes in pages, of which those never written are holes. Not thread-safe. */
final class PagedContent {
    static final int PAGE_BYTES = 4096;

    private final NavigableMap<Long, byte[]> pages = new TreeMap<>();
    private long size;

    long size() {
        return size;
    }

    /** What is allocated, in bytes. */
    long allocated() {
        return (long) pages.size() * PAGE_BYTES;
    }

    int read(long offset, ByteBuffer destination) {
        int count = (int) Math.max(0, Math.min(destination.remaining(), size - offset));
        long position = offset;
        for (int left = count; left > 0; ) {
            int within = (int) (position % PAGE_BYTES);
            int part = Math.min(left, PAGE_BYTES - within);
            byte[] page = pages.get(position / PAGE_BYTES);
            destination.put(page == null ? new byte[part] : page, page == null ? 0 : within, part);
            position += part;
            left -= part;
        }
        return count;
    }

    int write(long offset, ByteBuffer source) {
        int count = source.remaining();
        long position = offset;
        while (source.hasRemaining()) {
            int within = (int) (position % PAGE_BYTES);
            int part = Math.min(source.remaining(), PAGE_BYTES - within);
            source.get(page(position / PAGE_BYTES), within, part);
            position += part;
        }
        if (count > 0) {
            size = Math.max(size, offset + count);
        }
        return count;
    }

    /** Cuts off or adds a hole. */
    void resize(long newSize) {
        if (newSize < size) {
            punch(newSize, size - newSize);
        }
        size = newSize;
    }

    /** Makes zeros of a range, and holes of its whole pages; a last page that ends the file counts as whole. */
    void punch(long offset, long length) {
        long end = Math.min(size, offset + length);
        long position = offset;
        while (position < end) {
            long number = position / PAGE_BYTES;
            int within = (int) (position % PAGE_BYTES);
            int part = (int) Math.min(end - position, PAGE_BYTES - within);
            byte[] page = pages.get(number);
            if (page != null && within == 0 && (part == PAGE_BYTES || position + part == size)) {
                pages.remove(number);
            } else if (page != null) {
                Arrays.fill(page, within, within + part, (byte) 0);
            }
            position += part;
        }
    }

    /** Leaves no hole in a range, which may lie past the end. */
    void allocate(long offset, long length) {
        for (long page = offset / PAGE_BYTES; page * PAGE_BYTES < offset + length; page++) {
            page(page);
        }
    }

    /** Where data begins at or after the offset; -1 if there is none before the end. */
    long nextData(long offset) {
        Long page = pages.ceilingKey(offset / PAGE_BYTES);
        long data = page == null ? size : Math.max(offset, page * PAGE_BYTES);
        return data < size ? data : -1;
    }

    /** Where a hole begins at or after the offset; the end of the file is one. */
    long nextHole(long offset) {
        long page = offset / PAGE_BYTES;
        while (pages.containsKey(page)) {
            page++;
        }
        return Math.min(size, Math.max(offset, page * PAGE_BYTES));
    }

    private byte[] page(long number) {
        return pages.computeIfAbsent(number, key -> new byte[PAGE_BYTES]);
    }
}
