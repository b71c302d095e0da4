package org.guestmount.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.guestmount.core.fs.DirectoryChunk;
import org.guestmount.core.fs.DirectoryEntry;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.ForwardingGuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;

/**
 * Lists directories ahead of a program that walks a tree, so that the guest lists while the host and the program work on what
 * they have. What is listed ahead goes into the cache and from there to the program, as if another program had listed it: so it is as
 * true as all that the cache says, whatever is changed meanwhile. {@link Walk} says which directories, and how many.
 *
 * <p>Owns: the threads that list ahead, which end when there has been nothing to do for a while.
 */
public final class WalkAheadFilesystem extends ForwardingGuestFilesystem {
    /** As many as the guest has processors. */
    static final int THREADS = 2;

    private static final int IDLE_SECONDS = 10;

    /** For listings under way to end, so that nothing is in use when the guest unmounts. */
    private static final int CLOSE_SECONDS = 10;

    /** About how much of a listing is fetched at a time, in bytes. */
    private static final int PART_BYTES = 256 << 10;

    /** A larger directory is left to the program when so much of it has been fetched, in bytes. */
    private static final int MAX_DIRECTORY_BYTES = 4 * PART_BYTES;

    /** About what the cache takes for an entry, in bytes. */
    private static final int ENTRY_BYTES = 520;

    private static final int MAX_AHEAD_BYTES = 4 << 20;

    /** The part of the cache that what was listed ahead may take. */
    private static final int CACHE_SHARE = 8;

    private final CachingFilesystem cached;
    private final ExecutorService threads;
    private final Walk walk;

    /** @param cached remembers what is listed; closed with this */
    public WalkAheadFilesystem(CachingFilesystem cached, CacheConfig config) {
        this(cached, config, threads());
    }

    /** With threads of the caller's choice, which are shut down with this. */
    WalkAheadFilesystem(CachingFilesystem cached, CacheConfig config, ExecutorService threads) {
        super(cached);
        this.cached = cached;
        this.threads = threads;
        this.walk = new Walk(config.ttl().isZero() ? 0 : Math.min(MAX_AHEAD_BYTES, config.maxBytes() / CACHE_SHARE));
    }

    private static ExecutorService threads() {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                WalkAheadFilesystem::thread);
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "walk-ahead");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public DirectoryChunk readDirectory(FileReference directory, int maxBytes) throws GuestFilesystemException {
        if (!(directory instanceof GuestPath path)) {
            return super.readDirectory(directory, maxBytes);
        }
        Walk.Visit visit = walk.visit(path);
        Walk.Ahead ahead = visit.ahead();
        if (ahead != null) {
            ahead.done().join();
        }
        boolean wasKnown = ahead == null && cached.knowsListing(path);
        DirectoryChunk chunk = super.readDirectory(directory, maxBytes);
        walk.listed(visit, directoriesIn(chunk.entries()), wasKnown);
        while (walk.begin()) {
            start();
        }
        return chunk;
    }

    private void start() {
        try {
            threads.execute(this::listAhead);
        } catch (RejectedExecutionException e) {
            // Closing.
            walk.stop();
        }
    }

    private static List<String> directoriesIn(List<DirectoryEntry> entries) {
        List<String> names = new ArrayList<>(0);
        for (DirectoryEntry entry : entries) {
            if (entry.details().attributes().isDirectory()) {
                names.add(entry.name());
            }
        }
        return names;
    }

    private void listAhead() {
        for (Walk.Ahead next = walk.next(); next != null; next = walk.next()) {
            List<String> directories = new ArrayList<>(0);
            long bytes = 0;
            try {
                if (!cached.knowsListing(next.path())) {
                    bytes = list(next.path(), directories);
                }
            } catch (GuestFilesystemException | RuntimeException e) {
                // Told to the program if it asks for that directory.
                directories.clear();
            } finally {
                walk.ended(next, directories, bytes);
            }
        }
    }

    /** Has a directory remembered; returns about what it takes in the cache, in bytes. */
    private long list(GuestPath path, List<String> directories) throws GuestFilesystemException {
        FileReference next = path;
        long fetched = 0;
        long entries = 0;
        while (next != null && fetched < MAX_DIRECTORY_BYTES) {
            DirectoryChunk chunk = super.readDirectory(next, PART_BYTES);
            directories.addAll(directoriesIn(chunk.entries()));
            entries += chunk.entries().size();
            fetched += PART_BYTES;
            next = chunk.next();
        }
        if (next != null) {
            super.release((FileHandle) next);
        }
        return entries * ENTRY_BYTES;
    }

    /** Ends what is under way, waits for it a bounded time, and closes the cache. */
    @Override
    public void close() throws GuestFilesystemException {
        walk.stop();
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        super.close();
    }
}
