package org.guestmount.core.qemu;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.guestmount.core.drive.DriveImage;
import org.guestmount.core.drive.RemoteImage;
import org.guestmount.core.drive.RemoteImages;
import org.guestmount.core.host.UnixListener;
import org.guestmount.core.json.JsonObject;

/**
 * A QEMU without a machine that opens images of other hosts, so that they can be looked into before a guest is started. It is the
 * same program, so what it cannot open the guest's cannot either.
 *
 * <p>Owns: the process and the connections to it.
 *
 * <p>Threads: one.
 */
public final class ImageServer implements RemoteImages, AutoCloseable {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration TIMEOUT = Duration.ofMinutes(1);
    private static final long EXIT_SECONDS = 2;
    private static final String MONITOR_SOCKET = "monitor";
    private static final String DATA_SOCKET = "data";

    private final QemuProcess process;
    private final QmpClient monitor;
    private final Path socket;
    private int lastNode;

    private ImageServer(QemuProcess process, QmpClient monitor, Path socket) {
        this.process = process;
        this.monitor = monitor;
        this.socket = socket;
    }

    /**
     * Starts it.
     *
     * @param program QEMU
     * @param sandbox whether QEMU is to deny itself what it does not need
     * @param folder for sockets, private and empty
     * @throws QmpException with what QEMU said if it cannot be started
     */
    public static ImageServer start(Path program, boolean sandbox, Path folder)
            throws IOException, InterruptedException {
        try (UnixListener monitors = UnixListener.bind(folder.resolve(MONITOR_SOCKET))) {
            QemuProcess process = QemuProcess.start(
                    QemuCommandLine.ofImageServer(program, sandbox, MONITOR_SOCKET), folder, Duration.ZERO, line -> {});
            CompletableFuture<Void> stopsWaiting = process.exited().thenAccept(status -> closeQuietly(monitors));
            try {
                QmpClient monitor = QmpClient.open(monitors.accept(START_TIMEOUT), event -> {}, START_TIMEOUT);
                ImageServer server = new ImageServer(process, monitor, folder.resolve(DATA_SOCKET));
                server.serve();
                return server;
            } catch (TimeoutException e) {
                process.close();
                throw new QmpException("QEMU does not start within " + START_TIMEOUT.toSeconds() + " seconds", e);
            } catch (InterruptedIOException | InterruptedException e) {
                process.close();
                throw e;
            } catch (IOException e) {
                process.close();
                throw new QmpException(String.join("; ", messages(process)), e);
            } finally {
                stopsWaiting.cancel(false);
            }
        }
    }

    private static Iterable<String> messages(QemuProcess process) throws InterruptedException {
        try {
            process.exited().get(EXIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // There may be some all the same.
        }
        return process.messages().tail(1);
    }

    private static void closeQuietly(UnixListener monitors) {
        try {
            monitors.close();
        } catch (IOException e) {
            // Its only purpose here is to end a wait, and it did that first.
            return;
        }
    }

    private void serve() throws QmpException, InterruptedException {
        JsonObject address =
                new JsonObject().put("type", "unix").put("data", new JsonObject().put("path", socket.toString()));
        monitor.execute("nbd-server-start", new JsonObject().put("addr", address), TIMEOUT);
    }

    /** @throws QmpException with what QEMU says if it cannot open it */
    @Override
    public Opened open(RemoteImage image) throws IOException, InterruptedException {
        String node = nextNode();
        GuestDisks.addNode(monitor, image.node(true, true).with("node-name", node), image.secret());
        return new OpenNode(node, export(node));
    }

    private String nextNode() {
        lastNode++;
        return "image" + lastNode;
    }

    private NbdClient export(String node) throws IOException, InterruptedException {
        JsonObject export = new JsonObject()
                .put("type", "nbd")
                .put("id", "export-" + node)
                .put("node-name", node)
                .put("name", node);
        monitor.execute("block-export-add", export, TIMEOUT);
        return NbdClient.connect(socket, node);
    }

    /** Lets go of all images. */
    @Override
    public void close() {
        monitor.close();
        process.close();
    }

    private final class OpenNode implements Opened {
        private final String node;
        private final NbdClient client;

        OpenNode(String node, NbdClient client) {
            this.node = node;
            this.client = client;
        }

        @Override
        public long size() {
            return client.size();
        }

        @Override
        public int read(ByteBuffer destination, long offset) throws IOException {
            long left = client.size() - offset;
            if (left <= 0) {
                return -1;
            }
            int limit = destination.limit();
            int count = (int) Math.min(destination.remaining(), left);
            destination.limit(destination.position() + count);
            client.read(offset, destination);
            destination.limit(limit);
            return count;
        }

        @Override
        public long virtualSize(DriveImage image) throws IOException, InterruptedException {
            String disk = nextNode();
            JsonObject description = image.sharedNode().put("file", node).with("node-name", disk);
            monitor.execute("blockdev-add", description, TIMEOUT);
            try (NbdClient whole = export(disk)) {
                return whole.size();
            }
        }

        @Override
        public void close() throws IOException {
            client.close();
        }
    }
}
