package org.guestmount.core.rpc;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.guestmount.core.host.UnixListener;
import org.guestmount.core.protocol.Hello;

/**
 * Waits on a unix socket for QEMU to connect, says hello, and waits for the daemon's. It takes one connection: with the first the
 * socket is deleted, and whoever comes later is refused.
 *
 * <p>Listening takes no more than the JDK. Netty takes some 0.2 s to load, which {@link #accept} does while the guest
 * boots.
 *
 * <p>Owns: the socket.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty's: a failed registration or close ends the channel
public final class DaemonListener implements AutoCloseable {
    private static final Hello HELLO = Hello.of("guestmount");

    private final UnixListener listener;
    private final CompletableFuture<Hello> hello = new CompletableFuture<>();

    private DaemonListener(UnixListener listener) {
        this.listener = listener;
    }

    /**
     * Begins to listen.
     *
     * @param socket as {@link UnixListener#bind}
     */
    public static DaemonListener bind(Path socket) throws IOException {
        return new DaemonListener(UnixListener.bind(socket));
    }

    /**
     * Waits for the connection and the daemon's hello. Called once; the channel is the caller's to close.
     *
     * @param timeout for both together
     * @throws org.guestmount.core.protocol.ProtocolException if the daemon speaks another version or something else
     * @throws InterruptedIOException if the time is over
     * @throws IOException if the connection ends before the hello, or this is closed meanwhile
     */
    public DaemonChannel accept(Duration timeout) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("daemon-io", true), NioIoHandler.newFactory());
        try {
            NioDomainSocketChannel connection = new NioDomainSocketChannel(connection(deadline));
            ReceiveBuffer buffer = new ReceiveBuffer();
            connection.config().setAllocator(UnpooledByteBufAllocator.DEFAULT).setRecvByteBufAllocator(buffer);
            connection.closeFuture().addListener(ignored -> buffer.release());
            InFlightHandler inFlight = new InFlightHandler();
            connection.pipeline().addLast(new FrameDecoder(), new HandshakeHandler(HELLO, hello), inFlight);
            ChannelHandlerContext context = connection.pipeline().context(inFlight);
            group.register(connection);
            return new DaemonChannel(group, context, inFlight, hello(deadline));
        } catch (TimeoutException e) {
            DaemonChannel.end(group);
            throw new InterruptedIOException("the guest's daemon did not answer within " + timeout.toSeconds() + " s");
        } catch (IOException | InterruptedException | RuntimeException e) {
            DaemonChannel.end(group);
            throw e;
        }
    }

    private SocketChannel connection(long deadline) throws IOException, InterruptedException, TimeoutException {
        try {
            return listener.accept(Duration.ofNanos(deadline - System.nanoTime()));
        } catch (ClosedChannelException e) {
            throw closed();
        }
    }

    private Hello hello(long deadline) throws IOException, InterruptedException, TimeoutException {
        try {
            return hello.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        }
    }

    /** Stops listening and deletes the socket. A channel that was handed out stays open. */
    @Override
    public void close() throws IOException {
        hello.completeExceptionally(closed());
        listener.close();
    }

    private static IOException closed() {
        return new IOException("no longer listening for the guest's daemon");
    }
}
