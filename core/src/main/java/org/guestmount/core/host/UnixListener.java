package org.guestmount.core.host;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/**
 * Waits on a unix socket for one connection: with that the socket is deleted, and whoever comes later is refused.
 *
 * <p>Owns: the socket.
 *
 * <p>Threads: it may be closed by any, one accepts.
 */
public final class UnixListener implements AutoCloseable {
    private final Path socket;
    private final ServerSocketChannel server;
    private final Selector selector;

    private UnixListener(Path socket, ServerSocketChannel server, Selector selector) {
        this.socket = socket;
        this.server = server;
        this.selector = selector;
    }

    /**
     * Begins to listen.
     *
     * @param socket a path where nothing is yet, at most 107 bytes long, in a folder of this user alone
     */
    public static UnixListener bind(Path socket) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(socket)).configureBlocking(false);
            Selector selector = Selector.open();
            server.register(selector, SelectionKey.OP_ACCEPT);
            return new UnixListener(socket, server, selector);
        } catch (IOException e) {
            server.close();
            throw new IOException("cannot listen on " + socket + ": " + e.getMessage(), e);
        }
    }

    /**
     * Waits for the connection, which is the caller's to close.
     *
     * @throws ClosedChannelException if this is closed before or meanwhile
     * @throws TimeoutException if nobody connects in time
     */
    public SocketChannel accept(Duration timeout) throws IOException, InterruptedException, TimeoutException {
        try {
            int ready = selector.select(Math.max(1, timeout.toMillis()));
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (ready == 0 && server.isOpen()) {
                throw new TimeoutException();
            }
            SocketChannel connection = server.accept();
            close();
            return connection;
        } catch (ClosedSelectorException e) {
            throw new ClosedChannelException();
        }
    }

    /** Stops listening and deletes the socket; who waits for the connection is told. A connection that was made stays open. */
    @Override
    public void close() throws IOException {
        server.close();
        selector.close();
        Files.deleteIfExists(socket);
    }
}
