package org.guestmount.core.rpc;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.guestmount.core.protocol.Frame;
import org.guestmount.core.protocol.Hello;

/** The other end of a connection, by hand. */
final class ScriptedDaemon implements AutoCloseable {
    private final SocketChannel socket;

    private ScriptedDaemon(SocketChannel socket) {
        this.socket = socket;
    }

    static ScriptedDaemon connect(Path socket) throws IOException {
        return new ScriptedDaemon(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
    }

    /** Exchanges hellos as a good daemon does. */
    static ScriptedDaemon greeting(Path socket) throws IOException {
        ScriptedDaemon daemon = connect(socket);
        daemon.send(Frame.hello(Hello.of("scripted")));
        return daemon;
    }

    /** The next frame from the host. */
    Frame receive() throws IOException {
        return FakeDaemon.receive(socket);
    }

    void send(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            socket.write(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
