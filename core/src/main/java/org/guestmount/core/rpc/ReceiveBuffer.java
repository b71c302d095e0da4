package org.guestmount.core.rpc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;

/**
 * One buffer that every read of a socket goes to. {@link FrameDecoder} has copied what it needs and released the buffer
 * before the next read, so one will do; making one anew each time costs more than the read itself.
 *
 * <p>Owns: the buffer, until {@link #release}.
 */
// Confined to the channel's event loop.
final class ReceiveBuffer extends DefaultMaxMessagesRecvByteBufAllocator {
    /** As much as a unix socket's queue holds by default. */
    private static final int BYTES = 256 << 10;

    private final ByteBuf buffer = Unpooled.directBuffer(BYTES, BYTES);

    void release() {
        buffer.release();
    }

    @Override
    @SuppressWarnings("deprecation") // Netty's own handles are of this type
    public Handle newHandle() {
        return new ReusingHandle();
    }

    private final class ReusingHandle extends MaxMessageHandle {
        @Override
        public ByteBuf allocate(ByteBufAllocator ignored) {
            return buffer.clear().retain();
        }

        @Override
        public int guess() {
            return BYTES;
        }
    }
}
