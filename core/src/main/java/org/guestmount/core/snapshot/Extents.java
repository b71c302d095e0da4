package org.guestmount.core.snapshot;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** The parts of a file that are not zeros, in ascending order. */
record Extents(List<Extent> list) {
    private static final int BUFFER_BYTES = 1 << 20;

    /** A hole is worth an extent more from this size on; a page is what is looked at. */
    private static final int PAGE_BYTES = 4096;

    private static final int LEAST_HOLE_BYTES = 16 * PAGE_BYTES;

    /** In bytes. */
    record Extent(long offset, long length) {
        long end() {
            return offset + length;
        }
    }

    Extents {
        list = List.copyOf(list);
    }

    /** Copies a file but for its zeros into an empty one of the same size. */
    static Extents copy(FileChannel from, FileChannel to) throws IOException {
        List<Extent> found = new ArrayList<>();
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        long size = from.size();
        for (long offset = 0; offset < size; offset += BUFFER_BYTES) {
            buffer.clear().limit((int) Math.min(BUFFER_BYTES, size - offset));
            fill(from, offset, buffer);
            for (int page = 0; page < buffer.limit(); page += PAGE_BYTES) {
                int length = Math.min(PAGE_BYTES, buffer.limit() - page);
                if (!isZero(buffer, page, length)) {
                    add(found, offset + page, length);
                }
            }
        }
        for (Extent extent : found) {
            for (long done = 0; done < extent.length(); ) {
                done += from.transferTo(
                        extent.offset() + done, extent.length() - done, to.position(extent.offset() + done));
            }
        }
        if (size > 0 && to.size() < size) {
            to.write(ByteBuffer.allocate(1), size - 1);
        }
        return new Extents(found);
    }

    private static void add(List<Extent> found, long offset, int length) {
        Extent last = found.isEmpty() ? null : found.get(found.size() - 1);
        if (last != null && offset - last.end() < LEAST_HOLE_BYTES) {
            found.set(found.size() - 1, new Extent(last.offset(), offset + length - last.offset()));
        } else {
            found.add(new Extent(offset, length));
        }
    }

    private static boolean isZero(ByteBuffer buffer, int from, int length) {
        int at = from;
        for (; at + Long.BYTES <= from + length; at += Long.BYTES) {
            if (buffer.getLong(at) != 0) {
                return false;
            }
        }
        for (; at < from + length; at++) {
            if (buffer.get(at) != 0) {
                return false;
            }
        }
        return true;
    }

    long totalBytes() {
        return list.stream().mapToLong(Extent::length).sum();
    }

    /** CRC-32C of all these parts of a file, one after the other. */
    long sum(FileChannel file) throws IOException {
        CRC32C sum = new CRC32C();
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        for (Extent extent : list) {
            for (long done = 0; done < extent.length(); done += buffer.limit()) {
                buffer.clear().limit((int) Math.min(BUFFER_BYTES, extent.length() - done));
                fill(file, extent.offset() + done, buffer);
                sum.update(buffer.rewind());
            }
        }
        return sum.getValue();
    }

    private static void fill(FileChannel file, long offset, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (file.read(buffer, offset + buffer.position()) < 0) {
                throw new EOFException("the file ends at " + file.size());
            }
        }
    }

    List<String> toLines() {
        return list.stream()
                .map(extent -> extent.offset() + " " + extent.length())
                .toList();
    }

    /** @throws IllegalArgumentException if these are not lines of {@link #toLines} */
    static Extents parse(List<String> lines) {
        List<Extent> extents = new ArrayList<>();
        for (String line : lines) {
            int blank = line.indexOf(' ');
            if (blank < 0) {
                throw new IllegalArgumentException(line);
            }
            extents.add(
                    new Extent(Long.parseLong(line.substring(0, blank)), Long.parseLong(line.substring(blank + 1))));
        }
        return new Extents(extents);
    }
}
