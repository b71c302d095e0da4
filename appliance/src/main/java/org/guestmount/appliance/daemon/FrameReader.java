package org.guestmount.appliance.daemon;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.guestmount.core.protocol.Frame;
import org.guestmount.core.protocol.ProtocolException;
import org.jspecify.annotations.Nullable;

/** Cuts what the port brings into frames. Used by one thread at a time. */
final class FrameReader {
    private static final int BUFFER_BYTES = 1 << 15;

    private final Port port;

    /** Read and not yet part of a frame, from its position to its limit. */
    private final ByteBuffer ahead = ByteBuffer.allocateDirect(BUFFER_BYTES).limit(0);

    FrameReader(Port port) {
        this.port = port;
    }

    /** Whether the beginning of another frame has been read. */
    boolean hasNext() {
        return ahead.hasRemaining();
    }

    /**
     * The next frame without its length field, in the worker's memory; null if the host is gone.
     *
     * @throws ProtocolException if its length is out of range: nothing that follows can be understood
     */
    @Nullable
    ByteBuffer next(WorkerMemory memory) throws IOException {
        while (ahead.remaining() < Frame.LENGTH_BYTES) {
            ahead.compact();
            int count = port.read(ahead);
            ahead.flip();
            if (count < 0) {
                return null;
            }
        }
        int length = Frame.checkLength(ahead.getInt());
        ByteBuffer frame = memory.input(length);
        int buffered = Math.min(length, ahead.remaining());
        frame.put(0, ahead, ahead.position(), buffered).position(buffered);
        ahead.position(ahead.position() + buffered);
        while (frame.hasRemaining()) {
            if (port.read(frame) < 0) {
                return null;
            }
        }
        return frame.flip();
    }
}
