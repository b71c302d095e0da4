package org.guestmount.core.qemu;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import org.guestmount.core.fs.DriveData;
import org.guestmount.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * The data of a guest's drives, whatever their format, as QEMU's block layer has it: overlays and backing files included. QEMU is
 * asked over NBD, which keeps neither the guest nor its processors busy.
 *
 * <p>Owns: the connections.
 *
 * <p>Threads: any.
 */
public final class NbdDrives implements DriveData, AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** Requests of one drive that are under way at once, unless there are many drives. */
    private static final int CONNECTIONS = 4;

    private static final int MANY_DRIVES = 8;

    private final Map<Integer, BlockingQueue<NbdClient>> connections = new ConcurrentHashMap<>();

    private NbdDrives() {}

    /**
     * Has QEMU serve its drives, and connects.
     *
     * @param drives how many there are
     * @param socket to be made, and of no use afterwards
     */
    public static NbdDrives connect(QmpClient monitor, int drives, Path socket)
            throws IOException, InterruptedException {
        JsonObject address =
                new JsonObject().put("type", "unix").put("data", new JsonObject().put("path", socket.toString()));
        monitor.execute("nbd-server-start", new JsonObject().put("addr", address), TIMEOUT);
        NbdDrives all = new NbdDrives();
        try {
            for (int drive = 0; drive < drives; drive++) {
                String node = GuestDisks.node(drive);
                JsonObject export = new JsonObject()
                        .put("type", "nbd")
                        .put("id", "export" + drive)
                        .put("node-name", node)
                        .put("name", node);
                monitor.execute("block-export-add", export, TIMEOUT);
                BlockingQueue<NbdClient> idle = new LinkedBlockingQueue<>();
                all.connections.put(drive, idle);
                for (int i = 0; i < (drives > MANY_DRIVES ? 1 : CONNECTIONS); i++) {
                    idle.add(NbdClient.connect(socket, node));
                }
            }
            return all;
        } catch (IOException | InterruptedException e) {
            all.close();
            throw e;
        }
    }

    @Override
    public boolean read(int drive, long offset, ByteBuffer destination) throws IOException {
        BlockingQueue<NbdClient> idle = connections.get(drive);
        NbdClient client = idle == null ? null : take(idle);
        if (idle == null || client == null) {
            return false;
        }
        boolean whole = false;
        try {
            client.read(offset, destination);
            whole = true;
        } finally {
            if (!whole) {
                client.close();
            }
            // Of no use any more, it says so at once: nobody waits for one in vain.
            idle.add(client);
        }
        return true;
    }

    private static @Nullable NbdClient take(BlockingQueue<NbdClient> idle) {
        try {
            return idle.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        for (BlockingQueue<NbdClient> idle : connections.values()) {
            for (NbdClient client : idle) {
                client.close();
            }
        }
        connections.clear();
    }
}
