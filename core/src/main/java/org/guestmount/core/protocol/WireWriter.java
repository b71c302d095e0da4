package org.guestmount.core.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.GuestPath;
import org.jspecify.annotations.Nullable;

/** Writes the elements of a frame into a growing buffer. Not thread-safe. */
public final class WireWriter {
    private byte[] bytes;
    private ByteBuffer buffer;

    public WireWriter() {
        this(256);
    }

    /**
     * A writer that has room for this much before it grows.
     *
     * @param capacity in bytes, more than 0
     */
    public WireWriter(int capacity) {
        bytes = new byte[capacity];
        buffer = ByteBuffer.wrap(bytes);
    }

    /** Writes a value with its codec; what {@link WireReader.Decoder} reads. */
    @FunctionalInterface
    public interface Encoder<T> {
        void encode(T value, WireWriter out);
    }

    public WireWriter u8(int value) {
        room(1).put((byte) value);
        return this;
    }

    public WireWriter u16(int value) {
        room(2).putShort((short) value);
        return this;
    }

    public WireWriter i32(int value) {
        room(4).putInt(value);
        return this;
    }

    public WireWriter i64(long value) {
        room(8).putLong(value);
        return this;
    }

    public WireWriter bool(boolean value) {
        return u8(value ? 1 : 0);
    }

    /**
     * A string of bytes, one char each.
     *
     * @throws IllegalArgumentException if a char is over 255, and so no byte
     */
    public WireWriter string(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) > 0xFF) {
                throw new IllegalArgumentException("not a string of bytes: \"" + value + "\"");
            }
        }
        return bytes(ByteBuffer.wrap(value.getBytes(StandardCharsets.ISO_8859_1)));
    }

    /** A string for people, as UTF-8. */
    public WireWriter text(String value) {
        return bytes(ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)));
    }

    /** The buffer's remaining bytes after their count; its position is left as it is. */
    public WireWriter bytes(ByteBuffer value) {
        i32(value.remaining());
        room(value.remaining()).put(value.duplicate());
        return this;
    }

    public <T> WireWriter optional(@Nullable T value, Encoder<T> encoder) {
        bool(value != null);
        if (value != null) {
            encoder.encode(value, this);
        }
        return this;
    }

    public <T> WireWriter list(List<T> values, Encoder<T> encoder) {
        i32(values.size());
        for (T value : values) {
            encoder.encode(value, this);
        }
        return this;
    }

    public WireWriter path(GuestPath path) {
        return string(path.toString());
    }

    public WireWriter handle(FileHandle handle) {
        return i64(handle.id());
    }

    public WireWriter reference(FileReference file) {
        if (file instanceof FileHandle handle) {
            return u8(1).handle(handle);
        }
        return u8(0).path((GuestPath) file);
    }

    /** Overwrites four bytes already written. */
    void putI32At(int position, int value) {
        buffer.putInt(position, value);
    }

    /** How much was written so far, in bytes. */
    public int size() {
        return buffer.position();
    }

    /** All that was written, for reading. Shares this writer's memory until it grows. */
    public ByteBuffer toByteBuffer() {
        return buffer.duplicate().flip();
    }

    private ByteBuffer room(int wanted) {
        if (buffer.remaining() < wanted) {
            int position = buffer.position();
            long needed = (long) position + wanted;
            int capacity = (int) Math.min(Integer.MAX_VALUE - 8, Math.max(needed, bytes.length * 2L));
            bytes = Arrays.copyOf(bytes, capacity);
            buffer = ByteBuffer.wrap(bytes).position(position);
        }
        return buffer;
    }
}
