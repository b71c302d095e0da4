package org.guestmount.core.rpc;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.guestmount.core.protocol.Hello;

/**
 * Waits on a unix socket for QEMU to connect, and then for the daemon to say hello. It takes one connection: with the
 * first the socket is deleted, and whoever comes later is refused.
 *
 * <p>Owns: the socket, and until a channel is handed out the connection and the event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty's: a failed write or close ends the channel
public final class DaemonListener implements AutoCloseable {
    private static final Hello HELLO = Hello.of("guestmount");
    private static final long CLOSE_TIMEOUT_SECONDS = 5;

    private final Path socket;
    private final EventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("daemon-io", true), NioIoHandler.newFactory());
    private final CompletableFuture<DaemonChannel> connected = new CompletableFuture<>();
    private final AtomicBoolean handedOut = new AtomicBoolean();

    private DaemonListener(Path socket) {
        this.socket = socket;
    }

    /**
     * Begins to listen.
     *
     * @param socket a path where nothing is yet, at most 107 bytes long, in a folder of this user alone
     */
    public static DaemonListener bind(Path socket) throws IOException {
        DaemonListener listener = new DaemonListener(socket);
        ChannelFuture bound = new ServerBootstrap()
                .group(listener.group)
                .channelFactory(NioServerDomainSocketChannel::new)
                .childOption(ChannelOption.ALLOCATOR, UnpooledByteBufAllocator.DEFAULT)
                .childHandler(listener.new Acceptor())
                .bind(UnixDomainSocketAddress.of(socket))
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            listener.endLoop();
            throw new IOException("cannot listen on " + socket, bound.cause());
        }
        return listener;
    }

    /**
     * Waits for the connection and the daemon's hello. The channel is the caller's to close.
     *
     * @param timeout for both together
     * @throws org.guestmount.core.protocol.ProtocolException if the daemon speaks another version or something else
     * @throws IOException if the connection ends before the hello, the time is over, or this was closed
     */
    public DaemonChannel accept(Duration timeout) throws IOException, InterruptedException {
        try {
            DaemonChannel channel = connected.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            if (!handedOut.compareAndSet(false, true)) {
                throw new IOException("this listener was closed");
            }
            return channel;
        } catch (TimeoutException e) {
            throw new InterruptedIOException("the guest's daemon did not answer within " + timeout.toSeconds() + " s");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        }
    }

    /** Stops listening and deletes the socket. A channel that was handed out stays open. */
    @Override
    public void close() throws IOException {
        connected.completeExceptionally(new IOException("this listener was closed"));
        if (handedOut.compareAndSet(false, true)) {
            endLoop();
        }
        Files.deleteIfExists(socket);
    }

    private void endLoop() {
        group.shutdownGracefully(0, CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    /** Sets up the first connection and turns away all others. */
    // Confined to the event loop.
    private final class Acceptor extends ChannelInitializer<Channel> {
        private boolean taken;

        @Override
        public boolean isSharable() {
            return true;
        }

        @Override
        protected void initChannel(Channel connection) throws IOException {
            if (taken) {
                connection.close();
                return;
            }
            taken = true;
            connection.parent().close();
            Files.deleteIfExists(socket);

            CompletableFuture<Hello> hello = new CompletableFuture<>();
            InFlightHandler inFlight = new InFlightHandler();
            connection.pipeline().addLast(new FrameDecoder(), new HandshakeHandler(HELLO, hello), inFlight);
            ChannelHandlerContext context = connection.pipeline().context(inFlight);
            hello.whenComplete((daemon, failure) -> {
                if (daemon == null) {
                    connected.completeExceptionally(failure);
                } else {
                    connected.complete(new DaemonChannel(group, context, inFlight, daemon));
                }
            });
        }
    }
}
