package org.guestmount.fuse.kernel;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.fuse.GuestOperations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mount being served.
 *
 * <p>Owns: the device, the worker threads and, in the guest, what is opened through the operations it was given. All
 * end when the kernel has let go of the mount, in the order: workers, open files, device.
 */
public final class FuseSession {
    private static final Logger LOG = LoggerFactory.getLogger(FuseSession.class);

    /** Programs that wait for the guest at the same time. */
    private static final int WORKERS = 8;

    /** Room for a header and a structure besides the data. */
    private static final int OVERHEAD_BYTES = 4096;

    /** For the kernel to begin using a new mount. */
    private static final int ANSWER_SECONDS = 10;

    private final FuseDevice device;
    private final Notices notices;
    private final GuestOperations operations;
    private final List<Worker> workers = new ArrayList<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    private FuseSession(FuseDevice device, Notices notices, GuestOperations operations) {
        this.device = device;
        this.notices = notices;
        this.operations = operations;
    }

    /**
     * Mounts; when it returns the kernel's first request has been answered.
     *
     * @throws IOException if the guest's root cannot be looked at, or the mount was refused
     */
    public static FuseSession mount(GuestOperations operations, SessionConfig config)
            throws IOException, InterruptedException {
        NodeTable nodes = new NodeTable(operations.getattr(GuestPath.ROOT).key());
        // Who is served is asked when something is opened.
        boolean mayDoWithoutOpens = operations.isReadOnly() && config.onlyUser() == null;
        Negotiation negotiation = new Negotiation(config.limits(), mayDoWithoutOpens);
        FuseDevice device = FuseDevice.mount(config.mountpoint(), config.mountOptions());
        Notices notices = new Notices(device::send);
        Context context = new Context(operations, nodes, new NodeLocks(), config.view(), notices);
        Dispatcher dispatcher = new Dispatcher(context, negotiation, config.onlyUser(), config.traced());
        FuseSession session = new FuseSession(device, notices, operations);
        session.start(dispatcher, config.limits().maxWriteBytes() + OVERHEAD_BYTES);
        negotiation.await(ANSWER_SECONDS);
        return session;
    }

    /** Loads the native libraries, so that {@link #mount} finds them loaded. */
    public static void prepare() {
        FuseDevice.load();
    }

    private void start(Dispatcher dispatcher, int bufferBytes) {
        for (int i = 0; i < WORKERS; i++) {
            workers.add(new Worker("fuse-worker-" + i, device, dispatcher, bufferBytes));
        }
        workers.forEach(Thread::start);
        new Thread(this::tearDown, "fuse-teardown").start();
    }

    /** Completed when the mount is gone, all requests have been answered and all files released. */
    public CompletableFuture<Void> ended() {
        return ended;
    }

    private void tearDown() {
        try {
            for (Worker worker : workers) {
                worker.join();
            }
            operations.close();
            notices.close();
            device.close();
            LOG.debug("FUSE session ended");
            ended.complete(null);
        } catch (InterruptedException | RuntimeException e) {
            ended.completeExceptionally(e);
        }
    }
}
