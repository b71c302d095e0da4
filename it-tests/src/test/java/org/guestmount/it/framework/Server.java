package org.guestmount.it.framework;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A server of images on this host, of other people's make. It ends by itself should the tests be killed. */
public final class Server implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(20);
    private static final String LIFETIME_SECONDS = "600";
    private static final String SCRIPT = "serve_images.py";

    private final Process process;
    private final int port;

    private Server(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** A program that listens on a port that it is told, or on a socket. */
    public static Server start(int port, BooleanSupplier ready, Object... argv) {
        List<Object> limited = new ArrayList<>(List.of("timeout", "-k", "5", LIFETIME_SECONDS));
        limited.addAll(List.of(argv));
        Process process = Command.of(limited.toArray()).start();
        await().atMost(START).until(() -> {
            assertThat(process.isAlive()).as("%s runs", List.of(argv)).isTrue();
            return ready.getAsBoolean();
        });
        return new Server(process, port);
    }

    /** {@code qemu-nbd} with one export on a port of its own. */
    public static Server nbd(GuestImage image, String export) {
        int port = freePort();
        return start(
                port,
                () -> answers(port),
                "qemu-nbd",
                "-t",
                "-e",
                "8",
                "-f",
                image.format(),
                "-x",
                export,
                "-b",
                "127.0.0.1",
                "-p",
                port,
                image.path());
    }

    /** {@code qemu-nbd} with one export on a unix socket. */
    public static Server nbd(GuestImage image, String export, Path socket) {
        return start(
                0,
                () -> Files.exists(socket),
                "qemu-nbd",
                "-t",
                "-e",
                "8",
                "-f",
                image.format(),
                "-x",
                export,
                "-k",
                socket,
                image.path());
    }

    /** {@code serve_images.py}, see there. */
    public static Server of(String protocol, Path folder, String user, String secret) throws IOException {
        Path portFile = Path.of(folder + "." + protocol + "-port");
        String program;
        try (InputStream source = Objects.requireNonNull(Server.class.getResourceAsStream(SCRIPT), SCRIPT)) {
            program = new String(source.readAllBytes(), StandardCharsets.UTF_8);
        }
        Server server = start(
                0,
                () -> Files.exists(portFile),
                "/usr/bin/python3",
                "-c",
                program,
                protocol,
                folder,
                portFile,
                user,
                secret);
        return new Server(server.process, Integer.parseInt(Files.readString(portFile)));
    }

    public int port() {
        return port;
    }

    /** A port that nobody listens on. */
    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether somebody listens there. */
    public static boolean answers(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(START.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
