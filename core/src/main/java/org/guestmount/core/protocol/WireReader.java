package org.guestmount.core.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.GuestPath;
import org.jspecify.annotations.Nullable;

/**
 * Reads the elements of a frame. The bytes come from the other side of a trust boundary: every method throws
 * {@link ProtocolException} where they end early or are out of range, and allocates nothing larger than what is there.
 */
public final class WireReader {
    private final ByteBuffer buffer;

    /** Reads the buffer's remaining bytes, which must not change meanwhile. */
    public WireReader(ByteBuffer buffer) {
        this.buffer = buffer.slice();
    }

    /** Reads what {@link WireWriter.Encoder} wrote. */
    @FunctionalInterface
    public interface Decoder<T> {
        T decode(WireReader in) throws ProtocolException;
    }

    public int u8() throws ProtocolException {
        return need(1).get() & 0xFF;
    }

    public int u16() throws ProtocolException {
        return need(2).getShort() & 0xFFFF;
    }

    public int i32() throws ProtocolException {
        return need(4).getInt();
    }

    public long i64() throws ProtocolException {
        return need(8).getLong();
    }

    public boolean bool() throws ProtocolException {
        int value = u8();
        if (value > 1) {
            throw new ProtocolException("not a truth value: " + value);
        }
        return value == 1;
    }

    /** A string of bytes, one char each. */
    public String string() throws ProtocolException {
        return new String(copy(), StandardCharsets.ISO_8859_1);
    }

    /** A string for people. */
    public String text() throws ProtocolException {
        return new String(copy(), StandardCharsets.UTF_8);
    }

    /** Counted bytes, as a view of the frame. */
    public ByteBuffer bytes() throws ProtocolException {
        int count = count();
        ByteBuffer view = buffer.slice(buffer.position(), count).asReadOnlyBuffer();
        buffer.position(buffer.position() + count);
        return view;
    }

    public <T> @Nullable T optional(Decoder<T> decoder) throws ProtocolException {
        return bool() ? decoder.decode(this) : null;
    }

    public <T> List<T> list(Decoder<T> decoder) throws ProtocolException {
        int count = count();
        List<T> values = new ArrayList<>(Math.min(count, 1 << 16));
        for (int i = 0; i < count; i++) {
            values.add(decoder.decode(this));
        }
        return values;
    }

    public GuestPath path() throws ProtocolException {
        String bytes = string();
        try {
            return GuestPath.of(bytes);
        } catch (IllegalArgumentException e) {
            throw new ProtocolException("bad path", e);
        }
    }

    public FileHandle handle() throws ProtocolException {
        long id = i64();
        if (id == 0) {
            throw new ProtocolException("handle 0");
        }
        return new FileHandle(id);
    }

    public FileReference reference() throws ProtocolException {
        return bool() ? handle() : path();
    }

    /** Checks that everything was read: bytes left over mean that the two ends disagree. */
    public void end() throws ProtocolException {
        if (buffer.hasRemaining()) {
            throw new ProtocolException(buffer.remaining() + " bytes left over");
        }
    }

    /** Counted bytes of their own. */
    private byte[] copy() throws ProtocolException {
        byte[] bytes = new byte[count()];
        buffer.get(bytes);
        return bytes;
    }

    /** A count of things that take at least one byte each. */
    private int count() throws ProtocolException {
        int count = i32();
        if (count < 0 || count > buffer.remaining()) {
            throw new ProtocolException("count " + count + " with " + buffer.remaining() + " bytes left");
        }
        return count;
    }

    private ByteBuffer need(int wanted) throws ProtocolException {
        if (buffer.remaining() < wanted) {
            throw new ProtocolException("the frame ends " + (wanted - buffer.remaining()) + " bytes early");
        }
        return buffer;
    }
}
