package org.guestmount.core.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a server of one connection, which says what the protocol's document has it say. */
final class NbdClientTest {
    private static final int EIO = 5;

    @TempDir
    Path folder;

    private Path socket;
    private ServerSocketChannel listener;
    private final CompletableFuture<String> exportAsked = new CompletableFuture<>();

    @BeforeEach
    void listen() throws IOException {
        socket = folder.resolve("nbd");
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket));
    }

    @AfterEach
    void stop() throws IOException {
        listener.close();
    }

    private interface Script {
        void play(DataInputStream in, DataOutputStream out) throws IOException;
    }

    private void serve(Script script) {
        Thread server = new Thread(() -> {
            try (SocketChannel connection = listener.accept()) {
                script.play(
                        new DataInputStream(Channels.newInputStream(connection)),
                        new DataOutputStream(Channels.newOutputStream(connection)));
            } catch (IOException e) {
                exportAsked.completeExceptionally(e);
            }
        });
        server.setDaemon(true);
        server.start();
    }

    private void greet(DataInputStream in, DataOutputStream out) throws IOException {
        out.writeLong(0x4e42444d41474943L);
        out.writeLong(0x49484156454f5054L);
        out.writeShort(3);
        assertThat(in.readInt()).isEqualTo(3);
        assertThat(in.readLong()).isEqualTo(0x49484156454f5054L);
        assertThat(in.readInt()).isEqualTo(7);
        int length = in.readInt();
        byte[] name = in.readNBytes(in.readInt());
        assertThat(length).isEqualTo(name.length + 6);
        assertThat(in.readShort()).isZero();
        exportAsked.complete(new String(name, StandardCharsets.UTF_8));
    }

    private static void reply(DataOutputStream out, int type, byte[] data) throws IOException {
        out.writeLong(0x0003e889045565a9L);
        out.writeInt(7);
        out.writeInt(type);
        out.writeInt(data.length);
        out.write(data);
    }

    /** Answers each read with bytes that are the low byte of their offsets, and one at offset 666 with an error. */
    private static void serveReads(DataInputStream in, DataOutputStream out) throws IOException {
        while (true) {
            assertThat(in.readInt()).isEqualTo(0x25609513);
            assertThat(in.readInt()).as("flags and a read").isZero();
            long cookie = in.readLong();
            long offset = in.readLong();
            byte[] data = new byte[in.readInt()];
            for (int i = 0; i < data.length; i++) {
                data[i] = (byte) (offset + i);
            }
            out.writeInt(0x67446698);
            out.writeInt(offset == 666 ? EIO : 0);
            out.writeLong(cookie);
            out.write(offset == 666 ? new byte[0] : data);
        }
    }

    @Test
    void readsWhatItAskedFor() throws Exception {
        serve((in, out) -> {
            greet(in, out);
            reply(out, 3, new byte[12]);
            reply(out, 1, new byte[0]);
            serveReads(in, out);
        });
        try (NbdClient client = NbdClient.connect(socket, "drive7")) {
            ByteBuffer read = ByteBuffer.allocate(300_000).position(1);

            client.read(5, read);
            client.read(1 << 20, read.clear().limit(2));
            read.clear();

            assertThat(exportAsked).isCompletedWithValue("drive7");
            assertThat(read.get(0)).isZero();
            assertThat(read.get(1)).isEqualTo((byte) 1);
            assertThat(read.get(100)).as("of the first read").isEqualTo((byte) (5 + 99));
        }
    }

    @Test
    void anErrorIsOne() throws Exception {
        serve((in, out) -> {
            greet(in, out);
            reply(out, 1, new byte[0]);
            serveReads(in, out);
        });
        try (NbdClient client = NbdClient.connect(socket, "drive0")) {
            assertThatIOException()
                    .isThrownBy(() -> client.read(666, ByteBuffer.allocate(10)))
                    .withMessageContaining("error 5");
        }
    }

    @Test
    void aServerThatRefusesOrIsNoneIsReported() {
        serve((in, out) -> {
            greet(in, out);
            reply(out, (1 << 31) + 6, "no such export".getBytes(StandardCharsets.UTF_8));
        });
        assertThatIOException()
                .isThrownBy(() -> NbdClient.connect(socket, "drive0"))
                .withMessageContaining("refuses");

        serve((in, out) -> out.write("HTTP/1.1 400 Bad Request".getBytes(StandardCharsets.UTF_8)));
        assertThatIOException()
                .isThrownBy(() -> NbdClient.connect(socket, "drive0"))
                .withMessageContaining("not an NBD server");

        serve((in, out) -> {});
        assertThatIOException()
                .isThrownBy(() -> NbdClient.connect(socket, "drive0"))
                .withMessageContaining("gone");
    }
}
