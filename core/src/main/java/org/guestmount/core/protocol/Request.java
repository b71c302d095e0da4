package org.guestmount.core.protocol;

import org.guestmount.core.fs.GuestFilesystemException;

/**
 * A request with the codec of both its directions and what it does in the guest. There is one record for each, in
 * {@link org.guestmount.core.protocol.message}, and one {@link Opcode}.
 *
 * @param <R> its result
 */
public interface Request<R> {
    Opcode opcode();

    /** Writes the body; {@link Opcode#decode} reads it. */
    void encode(WireWriter out);

    /** Carries the request out. Called in the guest. */
    R execute(GuestServices guest) throws GuestFilesystemException;

    void encodeResult(R result, WireWriter out);

    /** Reads what {@link #encodeResult} wrote. Views of the frame that it returns stay valid. */
    R decodeResult(WireReader in) throws ProtocolException;
}
