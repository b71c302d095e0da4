package org.guestmount.appliance.daemon;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.concurrent.TimeUnit;
import org.guestmount.core.protocol.Frame;
import org.guestmount.core.protocol.Hello;
import org.guestmount.core.protocol.Request;
import org.guestmount.core.protocol.WireReader;

/** A port over two pipes, with the host's end of it. */
final class PipePort implements Port, AutoCloseable {
    private final Pipe toGuest = Pipe.open();
    private final Pipe toHost = Pipe.open();

    PipePort() throws IOException {}

    @Override
    public boolean awaitInput(int timeoutMillis) {
        return true;
    }

    @Override
    public int read(ByteBuffer destination) throws IOException {
        return toGuest.source().read(destination);
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
        while (source.hasRemaining()) {
            toHost.sink().write(source);
        }
    }

    /** Sends as the host. */
    void send(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            toGuest.sink().write(bytes);
        }
    }

    void send(int id, Request<?> request) throws IOException {
        send(Frame.request(id, request));
    }

    void sendHello() throws IOException {
        send(Frame.hello(Hello.of("test")));
    }

    /** Sends a request's frame that says what it likes. */
    void sendRaw(int id, int opcode, byte... body) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(Frame.LENGTH_BYTES + Frame.HEADER_BYTES + body.length);
        frame.putInt(Frame.HEADER_BYTES + body.length).putInt(id).putInt(opcode).put(body);
        send(frame.flip());
    }

    /** Receives a frame as the host. */
    Frame receive() throws IOException {
        int length = receive(Frame.LENGTH_BYTES).getInt();
        return Frame.parse(receive(Frame.checkLength(length)));
    }

    Hello receiveHello() throws IOException {
        return Hello.decode(new WireReader(receive().body()));
    }

    private ByteBuffer receive(int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (toHost.source().read(bytes) < 0) {
                throw new IOException("the daemon closed the port");
            }
        }
        return bytes.flip();
    }

    /** The host goes away. */
    void hangUp() throws IOException {
        toGuest.sink().close();
    }

    @Override
    public void close() throws IOException {
        toGuest.sink().close();
        toGuest.source().close();
        toHost.sink().close();
        toHost.source().close();
    }

    /** The longest that anything in these tests may take. */
    static final long PATIENCE_MILLIS = TimeUnit.SECONDS.toMillis(20);
}
