package org.guestmount.core.drive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Numbers and text in an image, by offset. What lies past the end reads as zeros, so a short header is just not recognised. */
final class ImageReader {
    /** More than any name or descriptor that QEMU accepts in a header. */
    private static final int MAX_TEXT_BYTES = 1 << 20;

    private final ImageBytes bytes;

    /** @param bytes somebody else closes them */
    ImageReader(ImageBytes bytes) {
        this.bytes = bytes;
    }

    /** The image's length as a file, in bytes. */
    long size() {
        return bytes.size();
    }

    /** Bytes in the given order, positioned at 0. */
    ByteBuffer read(long offset, int length, ByteOrder order) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        long position = offset;
        while (buffer.hasRemaining() && position >= 0 && position < bytes.size()) {
            int count = bytes.read(buffer, position);
            if (count < 0) {
                break;
            }
            position += count;
        }
        return buffer.rewind().order(order);
    }

    int u32(long offset) throws IOException {
        return read(offset, 4, ByteOrder.BIG_ENDIAN).getInt();
    }

    long u64(long offset) throws IOException {
        return read(offset, 8, ByteOrder.BIG_ENDIAN).getLong();
    }

    /** Text without what follows its first NUL. */
    String text(long offset, long length) throws IOException {
        if (length < 0 || length > MAX_TEXT_BYTES) {
            throw new IOException("text of " + Long.toUnsignedString(length) + " bytes in the header");
        }
        byte[] text = read(offset, (int) length, ByteOrder.BIG_ENDIAN).array();
        int end = 0;
        while (end < text.length && text[end] != 0) {
            end++;
        }
        return new String(text, 0, end, StandardCharsets.UTF_8);
    }

    /** Whether these ASCII characters are at the offset. */
    boolean has(long offset, String magic) throws IOException {
        return text(offset, magic.length()).equals(magic);
    }
}
