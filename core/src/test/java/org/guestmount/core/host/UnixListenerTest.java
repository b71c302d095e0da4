package org.guestmount.core.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class UnixListenerTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    private Path socket;
    private UnixListener listener;

    @BeforeEach
    void listen() throws IOException {
        socket = folder.resolve("socket");
        listener = UnixListener.bind(socket);
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
        assertThat(socket).doesNotExist();
    }

    private SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(socket));
    }

    @Test
    void theConnectionWorksAndOutlivesTheListener() throws Exception {
        try (SocketChannel client = connect();
                SocketChannel server = listener.accept(LONG)) {
            listener.close();

            client.write(ByteBuffer.wrap(new byte[] {7}));
            ByteBuffer received = ByteBuffer.allocate(1);
            assertThat(server.read(received)).isEqualTo(1);
            assertThat(received.get(0)).isEqualTo((byte) 7);
        }
    }

    @Test
    void whoComesSecondIsRefused() throws Exception {
        try (SocketChannel first = connect();
                SocketChannel second = connect();
                SocketChannel accepted = listener.accept(LONG)) {
            assertThat(first.isConnected() && accepted.isConnected()).isTrue();
            assertThat(socket).doesNotExist();
            assertThatIOException().isThrownBy(() -> second.read(ByteBuffer.allocate(1)));
            assertThatExceptionOfType(ClosedChannelException.class).isThrownBy(() -> listener.accept(LONG));
        }
    }

    @Test
    void acceptGivesUpAfterItsTimeAndMayBeCalledAgain() throws Exception {
        assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> listener.accept(Duration.ofMillis(20)));

        try (SocketChannel client = connect();
                SocketChannel server = listener.accept(LONG)) {
            assertThat(client.isConnected() && server.isConnected()).isTrue();
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

        assertThatExceptionOfType(ClosedChannelException.class).isThrownBy(() -> listener.accept(LONG));
        closing.get();
    }

    @Test
    void acceptCanBeInterrupted() {
        Thread.currentThread().interrupt();

        assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> listener.accept(LONG));
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void aPathInUseIsRefusedAndLeft() throws Exception {
        Path used = Files.createFile(folder.resolve("used"));

        assertThatIOException().isThrownBy(() -> UnixListener.bind(used)).withMessageContaining(used.toString());
        assertThat(used).exists();
    }
}
