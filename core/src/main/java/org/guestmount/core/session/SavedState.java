package org.guestmount.core.session;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.guestmount.core.host.UnixListener;
import org.guestmount.core.json.JsonObject;
import org.guestmount.core.qemu.QmpClient;
import org.guestmount.core.snapshot.Snapshot;
import org.guestmount.core.snapshot.SnapshotException;

/**
 * Takes the state of processors and devices out of one QEMU and into another, by way of its migration. Memory is left out, for it
 * is a file that both map: {@code x-ignore-shared}. The same is done by others who start many machines from one.
 *
 * <p>Source: QEMU's docs/devel/migration.rst and QMP reference.
 */
final class SavedState {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int POLL_MILLIS = 1;
    private static final int BUFFER_BYTES = 1 << 16;

    private SavedState() {}

    /** Stops a guest for good, and takes its state. */
    static ByteBuffer save(QmpClient monitor, Path socket) throws IOException, InterruptedException {
        monitor.execute("stop", new JsonObject(), TIMEOUT);
        ignoreMemory(monitor);
        ByteArrayOutputStream state = new ByteArrayOutputStream();
        try (UnixListener listener = UnixListener.bind(socket)) {
            monitor.execute("migrate", new JsonObject().put("uri", "unix:" + socket), TIMEOUT);
            try (SocketChannel from = listener.accept(TIMEOUT)) {
                ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
                while (from.read(buffer.clear()) >= 0) {
                    state.write(buffer.array(), 0, buffer.position());
                }
            }
        } catch (TimeoutException e) {
            throw new IOException("QEMU did not begin to save the guest within " + TIMEOUT.toSeconds() + " seconds", e);
        }
        String status = await(monitor, "query-migrate", List.of("completed", "failed", "cancelled"));
        if (!status.equals("completed")) {
            throw new IOException("QEMU could not save the guest: " + status);
        }
        return ByteBuffer.wrap(state.toByteArray());
    }

    /**
     * Gives a QEMU that was started to wait for it the state of a guest, which then is ready to go on.
     *
     * @throws SnapshotException if this QEMU cannot use it
     * @throws IOException if QEMU ended over it
     */
    static void load(QmpClient monitor, Snapshot saved, Path socket) throws IOException, InterruptedException {
        if (!monitor.version().equals(saved.qemuVersion())) {
            throw new SnapshotException("a guest was saved by another version of QEMU");
        }
        ignoreMemory(monitor);
        monitor.execute("migrate-incoming", new JsonObject().put("uri", "unix:" + socket), TIMEOUT);
        try (SocketChannel to = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            ByteBuffer state = saved.state();
            while (state.hasRemaining()) {
                to.write(state);
            }
        }
        await(monitor, "query-status", List.of("paused"));
    }

    private static void ignoreMemory(QmpClient monitor) throws IOException, InterruptedException {
        JsonObject capability =
                new JsonObject().put("capability", "x-ignore-shared").put("state", true);
        monitor.execute("migrate-set-capabilities", new JsonObject().put("capabilities", List.of(capability)), TIMEOUT);
    }

    /** Asks for a status until it is one of these. */
    private static String await(QmpClient monitor, String query, List<String> statuses)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (true) {
            Object answer = monitor.execute(query, new JsonObject(), TIMEOUT);
            String status = answer instanceof JsonObject object ? object.text("status") : "unknown";
            if (statuses.contains(status)) {
                return status;
            }
            if (System.nanoTime() > deadline) {
                throw new SnapshotException("QEMU is still at \"" + status + "\" with a saved guest");
            }
            Thread.sleep(POLL_MILLIS);
        }
    }
}
