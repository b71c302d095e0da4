package org.guestmount.core.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.guestmount.core.protocol.Frame;
import org.guestmount.core.protocol.Hello;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.WireReader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
final class DaemonListenerTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    private Path socket;
    private DaemonListener listener;

    @BeforeEach
    void listen() throws IOException {
        socket = folder.resolve("daemon.sock");
        listener = DaemonListener.bind(socket);
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
        assertThat(socket).doesNotExist();
    }

    @Test
    void acceptExchangesHellos() throws Exception {
        try (ScriptedDaemon daemon = ScriptedDaemon.greeting(socket);
                DaemonChannel channel = listener.accept(LONG)) {
            assertThat(channel.daemonHello()).isEqualTo(Hello.of("scripted"));
            assertThat(Hello.decode(new WireReader(daemon.receive().body())).version())
                    .isEqualTo(Hello.VERSION);
        }
    }

    @Test
    void theSocketIsDeletedWithTheFirstConnection() throws Exception {
        try (ScriptedDaemon daemon = ScriptedDaemon.connect(socket)) {
            daemon.send(Frame.hello(Hello.of("daemon")));
            listener.accept(LONG).close();

            assertThat(socket).doesNotExist();
        }
    }

    @Test
    void aSecondConnectionIsRefused() throws Exception {
        try (ScriptedDaemon first = ScriptedDaemon.greeting(socket);
                ScriptedDaemon second = ScriptedDaemon.greeting(socket);
                DaemonChannel channel = listener.accept(LONG)) {
            assertThat(Hello.decode(new WireReader(first.receive().body()))).isNotNull();
            assertThatIOException().isThrownBy(second::receive);
            assertThatIOException().isThrownBy(() -> ScriptedDaemon.connect(socket));
            assertThat(channel.closed()).isNotDone();
        }
    }

    @Test
    void theChannelOutlivesItsListener() throws Exception {
        try (ScriptedDaemon daemon = ScriptedDaemon.greeting(socket);
                DaemonChannel channel = listener.accept(LONG)) {
            daemon.receive();
            listener.close();

            assertThat(channel.closed()).isNotDone();
        }
    }

    @Test
    void acceptGivesUpAfterItsTime() {
        assertThatExceptionOfType(InterruptedIOException.class)
                .isThrownBy(() -> listener.accept(Duration.ofMillis(50)))
                .withMessageContaining("did not answer");
    }

    @Test
    void acceptGivesUpOnADaemonThatSaysNothing() throws Exception {
        try (ScriptedDaemon silent = ScriptedDaemon.connect(socket)) {
            assertThatExceptionOfType(InterruptedIOException.class)
                    .isThrownBy(() -> listener.accept(Duration.ofMillis(200)));

            listener.close();
            assertThat(silent.receive().id()).isZero();
            assertThatIOException().isThrownBy(silent::receive);
        }
    }

    @Test
    void closingEndsAccept() throws Exception {
        CompletableFuture<Void> closing = CompletableFuture.runAsync(
                () -> {
                    try {
                        listener.close();
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                },
                CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS));

        assertThatIOException().isThrownBy(() -> listener.accept(LONG)).withMessageContaining("no longer listening");
        closing.get();
    }

    @Test
    void acceptCanBeInterrupted() {
        Thread.currentThread().interrupt();

        assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> listener.accept(LONG));
    }

    @Test
    void aConnectionThatEndsBeforeTheHelloFailsAccept() throws Exception {
        ScriptedDaemon.connect(socket).close();

        assertThatExceptionOfType(EOFException.class).isThrownBy(() -> listener.accept(LONG));
    }

    @Test
    void anotherVersionFailsAccept() throws Exception {
        try (ScriptedDaemon daemon = ScriptedDaemon.connect(socket)) {
            daemon.send(Frame.hello(new Hello(99, "future", 0)));

            assertThatExceptionOfType(ProtocolException.class)
                    .isThrownBy(() -> listener.accept(LONG))
                    .withMessageContaining("version 99");
        }
    }

    @Test
    void whatIsNoHelloFailsAccept() throws Exception {
        try (ScriptedDaemon daemon = ScriptedDaemon.connect(socket)) {
            daemon.send(ByteBuffer.wrap("SSH-2.0-OpenSSH".getBytes(StandardCharsets.US_ASCII)));

            assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> listener.accept(LONG));
        }
    }

    @Test
    void aPathInUseIsRefused() throws Exception {
        Path used = Files.createFile(folder.resolve("used"));

        assertThatIOException().isThrownBy(() -> DaemonListener.bind(used)).withMessageContaining(used.toString());
        assertThat(used).exists();
    }
}
