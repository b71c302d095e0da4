package org.guestmount.core.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.guestmount.core.protocol.Frame;
import org.guestmount.core.protocol.Hello;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.WireReader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class HandshakeHandlerTest {
    private static final Hello OWN = Hello.of("host");

    private final CompletableFuture<Hello> daemon = new CompletableFuture<>();
    private final EmbeddedChannel channel = new EmbeddedChannel(new HandshakeHandler(OWN, daemon));

    @AfterEach
    void finish() {
        channel.finishAndReleaseAll();
    }

    @Test
    void theHostSpeaksFirst() throws Exception {
        assertThat(said()).isEqualTo(OWN);
        assertThat(daemon).isNotDone();
    }

    @Test
    void theDaemonsHelloEndsTheWait() throws Exception {
        channel.writeInbound(hello(Hello.of("daemon")));

        assertThat(daemon).isCompletedWithValue(Hello.of("daemon"));
    }

    @Test
    void theHandlerIsGoneAfterTheHello() throws Exception {
        channel.writeInbound(hello(Hello.of("daemon")));
        Frame reply = new Frame(1, 0, ByteBuffer.allocate(0));

        channel.writeInbound(reply);

        assertThat(channel.<Frame>readInbound()).isEqualTo(reply);
        assertThat(channel.pipeline().get(HandshakeHandler.class)).isNull();
    }

    @Test
    void anotherVersionIsRefused() throws Exception {
        int another = Hello.VERSION + 1;
        channel.writeInbound(hello(new Hello(another, "future", 0)));

        assertThat(failure()).isInstanceOf(ProtocolException.class).hasMessageContaining("version " + another);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void whatIsNoHelloIsRefused() {
        channel.writeInbound(new Frame(0, 0, ByteBuffer.allocate(20)));

        assertThat(failure()).isInstanceOf(ProtocolException.class);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void aReplyBeforeTheHelloIsRefused() {
        channel.writeInbound(new Frame(9, 0, ByteBuffer.allocate(0)));

        assertThat(failure()).isInstanceOf(ProtocolException.class);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void theEndOfTheConnectionEndsTheWait() {
        channel.close().syncUninterruptibly();

        assertThat(failure()).isInstanceOf(EOFException.class);
    }

    @Test
    void anErrorOfTheConnectionEndsTheWait() {
        IOException reset = new IOException("reset");

        channel.pipeline().fireExceptionCaught(reset);

        assertThat(failure()).isSameAs(reset);
        assertThat(channel.isOpen()).isFalse();
    }

    private Throwable failure() {
        assertThat(daemon).isCompletedExceptionally();
        return daemon.handle((hello, failure) -> failure).join();
    }

    private Hello said() throws IOException {
        ByteBuf sent = channel.readOutbound();
        ByteBuffer bytes = sent.nioBuffer();
        Frame.checkLength(bytes.getInt());
        Frame frame = Frame.parse(bytes);
        assertThat(frame.id()).isZero();
        return Hello.decode(new WireReader(frame.body()));
    }

    private static Frame hello(Hello hello) throws IOException {
        ByteBuffer bytes = Frame.hello(hello);
        bytes.position(Frame.LENGTH_BYTES);
        return Frame.parse(bytes);
    }
}
