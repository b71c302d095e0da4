package org.guestmount.core.protocol;

import java.nio.ByteBuffer;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;

/**
 * A frame without its length: the header's two numbers, and the body.
 *
 * @param id tells which request a reply answers; 0 for a hello
 * @param code the opcode of a request, the status of a reply, 0 for a hello
 * @param body not yet decoded
 */
public record Frame(int id, int code, ByteBuffer body) {
    /** Size of the length field that comes before each frame, in bytes. */
    public static final int LENGTH_BYTES = 4;

    /** Size of the header after the length field, in bytes. */
    public static final int HEADER_BYTES = 8;

    /** Where the id is in a whole frame, length field included, in bytes from its beginning. */
    public static final int ID_OFFSET = LENGTH_BYTES;

    /** The largest value of the length field: a full transfer with its header, or a long path with a link target. */
    public static final int MAX_LENGTH = GuestFilesystem.MAX_TRANSFER_BYTES + (1 << 18);

    /** Where the body begins in a whole frame. */
    public static final int BODY_OFFSET = LENGTH_BYTES + HEADER_BYTES;

    /** Where the data begins in a whole frame that replies to {@link org.guestmount.core.protocol.message.Read}. */
    public static final int DATA_OFFSET = BODY_OFFSET + 4;

    private static final int STATUS_OK = 0;
    private static final int STATUS_ERROR = 1;
    private static final int MAX_MESSAGE_CHARS = 16_000;

    /** Checks a length field before anything is done with it. */
    public static int checkLength(int length) throws ProtocolException {
        if (length < HEADER_BYTES || length > MAX_LENGTH) {
            throw new ProtocolException("frame of " + Integer.toUnsignedString(length) + " bytes");
        }
        return length;
    }

    /**
     * Takes a frame apart.
     *
     * @param frame all that follows the length field, at least {@link #HEADER_BYTES}; becomes the body's memory
     */
    public static Frame parse(ByteBuffer frame) throws ProtocolException {
        WireReader in = new WireReader(frame);
        int id = in.i32();
        int code = in.i32();
        return new Frame(id, code, frame.slice(frame.position() + HEADER_BYTES, frame.remaining() - HEADER_BYTES));
    }

    /** A whole frame, length field included, ready to be sent. */
    public static ByteBuffer hello(Hello hello) {
        WireWriter out = begin(0, 0, 64);
        hello.encode(out);
        return finish(out);
    }

    /** A whole frame, length field included, ready to be sent. */
    public static ByteBuffer request(int id, Request<?> request) {
        WireWriter out = begin(id, request.opcode().code(), 256);
        request.encode(out);
        return finish(out);
    }

    /** A whole frame, length field included, ready to be sent. */
    public static <R> ByteBuffer reply(int id, Request<R> request, R result) {
        WireWriter out = begin(id, STATUS_OK, 256);
        request.encodeResult(result, out);
        return finish(out);
    }

    /**
     * Completes a reply around a body that is in place already.
     *
     * @param frame from 0 to its limit the whole frame, of which what lies from {@link #BODY_OFFSET} on is the body
     * @return the same buffer, ready to be sent
     */
    public static ByteBuffer reply(int id, ByteBuffer frame) {
        return frame.putInt(0, frame.limit() - LENGTH_BYTES)
                .putInt(ID_OFFSET, id)
                .putInt(ID_OFFSET + 4, STATUS_OK)
                .position(0);
    }

    /**
     * Completes a reply to {@link org.guestmount.core.protocol.message.Read} around data that is in place already.
     *
     * @param frame from 0 to its limit the whole frame, of which what lies from {@link #DATA_OFFSET} on is the data
     * @return the same buffer, ready to be sent
     */
    public static ByteBuffer dataReply(int id, ByteBuffer frame) {
        return withData(frame.putInt(ID_OFFSET, id).putInt(ID_OFFSET + 4, STATUS_OK), DATA_OFFSET);
    }

    /**
     * Completes a reply that ends with the count of some data, written as 0, and after that the data.
     *
     * @param frame from 0 to its limit the whole frame
     * @param start where the data begins
     * @return the same buffer, ready to be sent
     */
    public static ByteBuffer withData(ByteBuffer frame, int start) {
        return frame.putInt(0, frame.limit() - LENGTH_BYTES)
                .putInt(start - 4, frame.limit() - start)
                .position(0);
    }

    /** A whole frame, length field included, ready to be sent. */
    public static ByteBuffer error(int id, Errno errno, String message) {
        WireWriter out = begin(id, STATUS_ERROR, 256);
        out.i32(errno.number());
        out.text(message.length() <= MAX_MESSAGE_CHARS ? message : message.substring(0, MAX_MESSAGE_CHARS));
        return finish(out);
    }

    /**
     * The result in a reply to this request.
     *
     * @throws GuestFilesystemException the error the reply carries
     * @throws ProtocolException if it cannot be decoded, which concerns this request only
     */
    public <R> R resultOf(Request<R> request) throws GuestFilesystemException, ProtocolException {
        WireReader in = new WireReader(body);
        try {
            if (code == STATUS_ERROR) {
                Errno errno = Errno.of(in.i32());
                throw new GuestFilesystemException(errno, in.text());
            }
            if (code != STATUS_OK) {
                throw new ProtocolException("status " + code);
            }
            R result = request.decodeResult(in);
            in.end();
            return result;
        } catch (IllegalArgumentException e) {
            throw new ProtocolException("reply to " + request.opcode() + ": " + e.getMessage(), e);
        }
    }

    private static WireWriter begin(int id, int code, int capacity) {
        return new WireWriter(capacity).i32(0).i32(id).i32(code);
    }

    private static ByteBuffer finish(WireWriter out) {
        int length = out.size() - LENGTH_BYTES;
        if (length > MAX_LENGTH) {
            throw new IllegalArgumentException("frame of " + length + " bytes");
        }
        out.putI32At(0, length);
        return out.toByteBuffer();
    }
}
