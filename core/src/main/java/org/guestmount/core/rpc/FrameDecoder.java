package org.guestmount.core.rpc;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.ByteBuffer;
import org.guestmount.core.protocol.Frame;
import org.guestmount.core.protocol.ProtocolException;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the stream into {@link Frame}s. Each is copied once, from the socket's buffer into memory of its own that the
 * garbage collector owns, so that nobody further on has to release it.
 */
// Confined to the channel's event loop.
final class FrameDecoder extends ChannelInboundHandlerAdapter {
    private final ByteBuffer length = ByteBuffer.allocate(Frame.LENGTH_BYTES);
    private @Nullable ByteBuffer frame;
    private boolean broken;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws ProtocolException {
        ByteBuf in = (ByteBuf) message;
        try {
            while (in.isReadable() && !broken) {
                if (frame == null) {
                    readLength(in);
                } else {
                    readFrame(context, in, frame);
                }
            }
        } finally {
            in.release();
        }
    }

    private void readLength(ByteBuf in) throws ProtocolException {
        fill(length, in);
        if (length.hasRemaining()) {
            return;
        }
        try {
            frame = ByteBuffer.allocate(Frame.checkLength(length.flip().getInt()));
        } catch (ProtocolException e) {
            broken = true;
            throw e;
        }
        length.clear();
    }

    private void readFrame(ChannelHandlerContext context, ByteBuf in, ByteBuffer partial) throws ProtocolException {
        fill(partial, in);
        if (!partial.hasRemaining()) {
            frame = null;
            context.fireChannelRead(Frame.parse(partial.flip()));
        }
    }

    private static void fill(ByteBuffer target, ByteBuf in) {
        int limit = target.limit();
        target.limit(target.position() + Math.min(target.remaining(), in.readableBytes()));
        in.readBytes(target);
        target.limit(limit);
    }
}
