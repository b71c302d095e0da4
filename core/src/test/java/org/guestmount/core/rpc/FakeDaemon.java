package org.guestmount.core.rpc;

import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.protocol.Frame;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Hello;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.Request;
import org.guestmount.core.protocol.WireReader;

/**
 * The daemon's part on the other end of a unix socket: one thread reads requests, four carry them out, so that replies
 * overtake each other as the real daemon's do.
 */
public final class FakeDaemon implements AutoCloseable {
    private static final int WORKERS = 4;

    private final SocketChannel socket;
    private final GuestServices services;
    private final ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
    private final Thread reader = new Thread(this::serve, "fake-daemon");

    private FakeDaemon(SocketChannel socket, GuestServices services) {
        this.socket = socket;
        this.services = services;
    }

    /** Connects to a {@link DaemonListener} as QEMU does, and serves until either end closes. */
    public static FakeDaemon connect(Path socket, GuestServices services) throws IOException {
        FakeDaemon daemon = new FakeDaemon(SocketChannel.open(UnixDomainSocketAddress.of(socket)), services);
        daemon.reader.setDaemon(true);
        daemon.reader.start();
        return daemon;
    }

    /** Dies: the connection ends, whatever was asked for. */
    @Override
    public void close() throws IOException {
        socket.close();
        workers.shutdownNow();
        boolean interrupted = Thread.interrupted();
        try {
            reader.join(5000);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve() {
        try (socket) {
            Hello.decode(new WireReader(receive(socket).body())).requireCompatible();
            send(Frame.hello(Hello.of("fake", services.window().capacity())));
            while (true) {
                Frame request = receive(socket);
                workers.execute(() -> answer(request));
            }
        } catch (IOException | RejectedExecutionException e) {
            // the host is gone, or this was closed
        } finally {
            workers.shutdownNow();
        }
    }

    private void answer(Frame frame) {
        try {
            send(replyTo(frame));
        } catch (IOException e) {
            // the host is gone, as the reader will see
        }
    }

    private ByteBuffer replyTo(Frame frame) {
        Opcode opcode = Opcode.of(frame.code());
        if (opcode == null) {
            return Frame.error(frame.id(), Errno.ENOSYS, "opcode " + frame.code());
        }
        try {
            return execute(frame.id(), opcode.decode(new WireReader(frame.body())));
        } catch (GuestFilesystemException e) {
            return Frame.error(frame.id(), e.errno(), String.valueOf(e.getMessage()));
        } catch (ProtocolException e) {
            return Frame.error(frame.id(), Errno.EPROTO, String.valueOf(e.getMessage()));
        }
    }

    private <R> ByteBuffer execute(int id, Request<R> request) throws GuestFilesystemException {
        return Frame.reply(id, request, request.execute(services));
    }

    private synchronized void send(ByteBuffer frame) throws IOException {
        while (frame.hasRemaining()) {
            socket.write(frame);
        }
    }

    /** Reads one frame from a blocking connection. */
    static Frame receive(SocketChannel socket) throws IOException {
        int length = Frame.checkLength(receive(socket, Frame.LENGTH_BYTES).getInt());
        return Frame.parse(receive(socket, length));
    }

    private static ByteBuffer receive(SocketChannel socket, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining()) {
            if (socket.read(bytes) < 0) {
                throw new EOFException("the host is gone");
            }
        }
        return bytes.flip();
    }
}
