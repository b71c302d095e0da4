package org.guestmount.core.protocol;

import java.nio.ByteBuffer;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;

/**
 * A part of the window, the memory that host and guest share. It is the host's to say who uses which part when.
 *
 * @param start in bytes from the window's beginning
 * @param length in bytes, at most {@link GuestFilesystem#MAX_TRANSFER_BYTES}
 */
public record WindowPart(int start, int length) {
    /** Whatever a request has done with a part, it names the file and the offset in it before that. */
    private static final int LENGTH_OFFSET = 2 * Long.BYTES + Integer.BYTES;

    public WindowPart {
        if (start < 0 || length < 0 || length > GuestFilesystem.MAX_TRANSFER_BYTES) {
            throw new IllegalArgumentException("part of the window from " + start + ", " + length + " bytes long");
        }
    }

    public void encode(WireWriter out) {
        out.i32(start).i32(length);
    }

    /** The length of the part that a request names, told from its body without decoding it; 0 if the body is too short. */
    public static int lengthIn(ByteBuffer body) {
        return body.remaining() < LENGTH_OFFSET + Integer.BYTES ? 0 : body.getInt(body.position() + LENGTH_OFFSET);
    }

    public static WindowPart decode(WireReader in) throws ProtocolException {
        return new WindowPart(in.i32(), in.i32());
    }

    /**
     * The part's memory.
     *
     * @throws GuestFilesystemException {@code EINVAL} if the window is not so large
     */
    public ByteBuffer of(ByteBuffer window) throws GuestFilesystemException {
        if ((long) start + length > window.capacity()) {
            throw new GuestFilesystemException(
                    Errno.EINVAL, this + " is not within a window of " + window.capacity() + " bytes");
        }
        return window.slice(start, length);
    }
}
