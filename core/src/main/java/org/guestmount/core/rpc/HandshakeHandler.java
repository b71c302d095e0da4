package org.guestmount.core.rpc;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.EOFException;
import java.util.concurrent.CompletableFuture;
import org.guestmount.core.protocol.Frame;
import org.guestmount.core.protocol.Hello;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.WireReader;

/** Says hello when the connection is there, waits for the daemon's, and removes itself. */
// Confined to the channel's event loop.
@SuppressWarnings("FutureReturnValueIgnored") // Netty's: a failed write or close ends the channel
final class HandshakeHandler extends ChannelInboundHandlerAdapter {
    private final Hello own;
    private final CompletableFuture<Hello> daemon;

    /**
     * A handler for one connection.
     *
     * @param own what to say
     * @param daemon completed with the daemon's hello, or with what went wrong
     */
    HandshakeHandler(Hello own, CompletableFuture<Hello> daemon) {
        this.own = own;
        this.daemon = daemon;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        context.writeAndFlush(Unpooled.wrappedBuffer(Frame.hello(own)));
        context.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws ProtocolException {
        Frame frame = (Frame) message;
        if (frame.id() != 0) {
            throw new ProtocolException("frame " + Integer.toUnsignedString(frame.id()) + " came before the hello");
        }
        Hello hello = Hello.decode(new WireReader(frame.body()));
        hello.requireCompatible();
        context.pipeline().remove(this);
        daemon.complete(hello);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        daemon.completeExceptionally(new EOFException("the guest closed the connection before its daemon answered"));
        context.fireChannelInactive();
    }

    @Override
    @SuppressWarnings("deprecation") // ChannelHandler's is, ChannelInboundHandler's is not
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        daemon.completeExceptionally(cause);
        context.close();
    }
}
