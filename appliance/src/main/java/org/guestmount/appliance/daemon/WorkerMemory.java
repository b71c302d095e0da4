package org.guestmount.appliance.daemon;

import java.nio.ByteBuffer;
import org.guestmount.core.protocol.Frame;

/**
 * Direct memory in which a worker has the frame it works on and builds a large reply, so that file data goes between the
 * kernel's two sides without being copied here. Grows once, to what the largest frame takes.
 */
final class WorkerMemory {
    private static final int USUAL_BYTES = 1 << 14;

    private ByteBuffer input = ByteBuffer.allocateDirect(USUAL_BYTES);
    private ByteBuffer output = ByteBuffer.allocateDirect(USUAL_BYTES);

    /** An empty buffer for a frame of so many bytes, at most {@link Frame#MAX_LENGTH}. */
    ByteBuffer input(int length) {
        if (input.capacity() < length) {
            input = ByteBuffer.allocateDirect(Frame.MAX_LENGTH);
        }
        return input.clear().limit(length);
    }

    /** An empty buffer for a reply of so many bytes with its length field, at most {@link Frame#MAX_LENGTH}. */
    ByteBuffer output(int length) {
        if (output.capacity() < length) {
            output = ByteBuffer.allocateDirect(Frame.MAX_LENGTH);
        }
        return output.clear().limit(length);
    }
}
