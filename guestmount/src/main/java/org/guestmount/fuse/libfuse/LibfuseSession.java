package org.guestmount.fuse.libfuse;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.guestmount.fuse.GuestOperations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mount served through libfuse.
 *
 * <p>Owns: libfuse's objects, the worker threads and, in the guest, what is opened through the operations it was given.
 * All end when the kernel has let go of the mount, in the order: workers, open files, libfuse.
 */
public final class LibfuseSession {
    private static final Logger LOG = LoggerFactory.getLogger(LibfuseSession.class);

    /** Programs that wait for the guest at the same time; each thread has 264 KiB of buffers. */
    private static final int WORKERS = 8;

    /** For the kernel to begin using a new mount. */
    private static final int ANSWER_SECONDS = 10;

    private static final Charset FILE_NAMES = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

    private final Libfuse libfuse;
    private final GuestOperations operations;
    private final OperationsTable table;
    private final Pointer fuse;
    private final Pointer mountpoint;
    private final List<FuseWorker> workers = new ArrayList<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    private LibfuseSession(
            Libfuse libfuse, GuestOperations operations, OperationsTable table, Pointer fuse, Pointer mountpoint) {
        this.libfuse = libfuse;
        this.operations = operations;
        this.table = table;
        this.fuse = fuse;
        this.mountpoint = mountpoint;
    }

    /**
     * Mounts; when it returns the kernel's first request has been answered.
     *
     * @param mountpoint absolute
     * @param options mount options, each as one {@code -o} option of libfuse, commas within it escaped
     * @throws IOException if libfuse could not; its reason is on standard error
     */
    public static LibfuseSession mount(GuestOperations operations, String mountpoint, List<String> options)
            throws IOException, InterruptedException {
        Libfuse libfuse = Libfuse.load();
        Runtime runtime = Runtime.getRuntime(libfuse);
        LibfuseCallbacks callbacks = new LibfuseCallbacks(libfuse, operations);
        OperationsTable table = callbacks.table();
        // -f: libfuse would fork the process, which a JVM does not survive.
        List<String> arguments = new ArrayList<>(List.of("guestmount", mountpoint, "-f"));
        options.forEach(option -> arguments.add("-o" + option));
        List<Pointer> strings = arguments.stream().map(nativeString(runtime)).toList();
        Pointer argv = Memory.allocateDirect(runtime, (strings.size() + 1) * Long.BYTES, true);
        for (int i = 0; i < strings.size(); i++) {
            argv.putPointer((long) i * Long.BYTES, strings.get(i));
        }
        Pointer mountpointOut = Memory.allocateDirect(runtime, Long.BYTES, true);
        Pointer multithreadedOut = Memory.allocateDirect(runtime, Long.BYTES, true);
        Pointer fuse;
        try {
            fuse = libfuse.fuse_setup(
                    strings.size(), argv, table.memory(), OperationsTable.SIZE, mountpointOut, multithreadedOut, null);
        } finally {
            Reference.reachabilityFence(strings);
        }
        if (fuse == null) {
            throw new IOException("libfuse could not mount on " + mountpoint);
        }
        LibfuseSession session = new LibfuseSession(libfuse, operations, table, fuse, mountpointOut.getPointer(0));
        session.start();
        session.awaitInitialised(callbacks.initialised());
        return session;
    }

    private static Function<String, Pointer> nativeString(Runtime runtime) {
        return string -> {
            byte[] bytes = string.getBytes(FILE_NAMES);
            Pointer memory = Memory.allocateDirect(runtime, bytes.length + 1, true);
            memory.put(0, bytes, 0, bytes.length);
            return memory;
        };
    }

    private void start() {
        Pointer session = libfuse.fuse_get_session(fuse);
        Pointer channel = libfuse.fuse_session_next_chan(session, null);
        for (int i = 0; i < WORKERS; i++) {
            workers.add(new FuseWorker("fuse-worker-" + i, libfuse, session, channel));
        }
        workers.forEach(Thread::start);
        new Thread(this::tearDown, "fuse-teardown").start();
    }

    private void awaitInitialised(CountDownLatch initialised) throws IOException, InterruptedException {
        if (!initialised.await(ANSWER_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException("the kernel did not begin to use the mount within " + ANSWER_SECONDS + " s");
        }
    }

    /** Completed when the mount is gone, all requests have been answered and all files released. */
    public CompletableFuture<Void> ended() {
        return ended;
    }

    private void tearDown() {
        try {
            for (FuseWorker worker : workers) {
                worker.join();
            }
            operations.close();
            libfuse.fuse_teardown(fuse, mountpoint);
            LOG.debug("FUSE session ended");
            ended.complete(null);
        } catch (InterruptedException | RuntimeException e) {
            ended.completeExceptionally(e);
        } finally {
            Reference.reachabilityFence(table);
        }
    }
}
