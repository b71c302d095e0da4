package org.guestmount.cache;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.guestmount.core.fs.ChangeOutcome;
import org.guestmount.core.fs.DepthFirst;
import org.guestmount.core.fs.DirectoryChunk;
import org.guestmount.core.fs.DirectoryEntry;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileDetails;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.ForwardingGuestFilesystem;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.TreeChange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lists directories ahead of a program that walks a tree, so that the guest lists while the host and the program work on what
 * they have. What is listed ahead goes into the cache and from there to the program, as if another program had listed it: so it is as
 * true as all that the cache says, whatever is changed meanwhile. {@link Walk} says which directories, and how many. A program that asks for one
 * name after the other instead is taken for one that lists the directory, when {@link LookupBursts} says so.
 *
 * <p>Owns: the threads that list ahead, which end when there has been nothing to do for a while.
 */
public final class WalkAheadFilesystem extends ForwardingGuestFilesystem {
    /** One more than the guest has processors, so that these have something to do while a listing is remembered here. */
    static final int THREADS = 3;

    private static final int IDLE_SECONDS = 10;

    /** About how much of a listing is fetched at a time, in bytes. */
    private static final int PART_BYTES = 256 << 10;

    /** A larger directory is left to the program when so much of it has been fetched, in bytes. */
    private static final int MAX_DIRECTORY_BYTES = 4 * PART_BYTES;

    /** About what the cache takes for an entry, in bytes, with a name of usual length. */
    private static final int ENTRY_BYTES = Inode.OWN_BYTES + Directory.DENTRY_BYTES + 16;

    /** What a name of usual length takes at least in a directory's size, in bytes. */
    private static final int MIN_DIRENT_BYTES = 16;

    private static final int MAX_AHEAD_BYTES = 4 << 20;

    /** The part of the cache that what was listed ahead may take. */
    private static final int CACHE_SHARE = 8;

    private static final Logger LOG = LoggerFactory.getLogger(WalkAheadFilesystem.class);

    private final CachingFilesystem cached;
    private final ExecutorService threads;
    private final Walk walk;
    private final long maxAheadBytes;
    private final LookupBursts lookups = new LookupBursts();

    /** @param cached remembers what is listed; closed with this */
    public WalkAheadFilesystem(CachingFilesystem cached, CacheConfig config) {
        this(cached, config, threads());
    }

    /** With threads of the caller's choice, which are shut down with this. */
    WalkAheadFilesystem(CachingFilesystem cached, CacheConfig config, ExecutorService threads) {
        super(cached);
        this.cached = cached;
        this.threads = threads;
        this.maxAheadBytes = config.ttl().isZero() ? 0 : Math.min(MAX_AHEAD_BYTES, config.maxBytes() / CACHE_SHARE);
        this.walk = new Walk(maxAheadBytes);
    }

    private static ExecutorService threads() {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                BackgroundThreads.named("walk-ahead"));
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    @Override
    public DirectoryChunk readDirectory(FileReference directory, int maxBytes) throws GuestFilesystemException {
        if (!(directory instanceof GuestPath path)) {
            return super.readDirectory(directory, maxBytes);
        }
        walk.listing(path).join();
        Walk.Visit visit = walk.visit(path);
        boolean wasKnown = !visit.wasAhead() && cached.knowsListing(path);
        DirectoryChunk chunk = super.readDirectory(directory, maxBytes);
        if (!visit.wasAhead()) {
            walk.listed(visit, Listings.namesOfDirectories(chunk.entries()), wasKnown);
        }
        startAhead();
        return chunk;
    }

    @Override
    public FileDetails lookup(GuestPath path) throws GuestFilesystemException {
        comeTo(path);
        return super.lookup(path);
    }

    @Override
    public FileAttributes getattr(FileReference file) throws GuestFilesystemException {
        if (file instanceof GuestPath path) {
            comeTo(path);
        }
        return super.getattr(file);
    }

    /** The program asks for one name, and perhaps for all others in that directory. */
    private void comeTo(GuestPath path) {
        if (path.isRoot()) {
            return;
        }
        GuestPath directory = path.parent();
        if (walk.isAhead(directory)) {
            walk.visit(directory);
            startAhead();
        } else if (!isKnown(path)) {
            walk.listing(directory).join();
            if (!cached.knowsListing(directory) && isWorthListing(directory)) {
                listInstead(directory);
            }
        }
    }

    private boolean isKnown(GuestPath path) {
        return cached.knownAttributes(path) != null || cached.knowsMissing(path);
    }

    private boolean isWorthListing(GuestPath directory) {
        FileAttributes attributes = cached.knownAttributes(directory);
        return attributes != null
                && bytes(attributes.size() / MIN_DIRENT_BYTES) < maxAheadBytes
                && lookups.isDue(directory, attributes.size());
    }

    private void listInstead(GuestPath directory) {
        try {
            listWith(this, directory);
        } catch (GuestFilesystemException e) {
            // What was asked for may be there nevertheless.
            LOG.debug("not listed {}: {}", directory.display(), e.toString());
        }
    }

    @Override
    public CompletableFuture<List<ChangeOutcome>> changeLater(List<TreeChange> changes) {
        return cached.changeLater(changes);
    }

    private void startAhead() {
        while (walk.begin()) {
            start();
        }
    }

    private void start() {
        try {
            threads.execute(this::listAhead);
        } catch (RejectedExecutionException e) {
            // Closing.
            walk.stop();
        }
    }

    private void listAhead() {
        for (Walk.Stretch next = walk.next(); next != null; next = walk.next()) {
            DepthFirst order = new DepthFirst(next.roots(), next.byName());
            try {
                list(next, order);
            } catch (GuestFilesystemException | RuntimeException e) {
                // Told to the program if it asks for what has failed.
                LOG.debug("not listed ahead from {} on: {}", next.roots().get(0).display(), e.toString());
            } finally {
                walk.ended(next, order.left());
            }
        }
    }

    private void list(Walk.Stretch stretch, DepthFirst order) throws GuestFilesystemException {
        for (Optional<List<DirectoryEntry>> entries :
                super.listTrees(stretch.roots(), stretch.byName(), stretch.maxDirectories())) {
            GuestPath path = Objects.requireNonNull(order.next());
            if (entries.isPresent()) {
                stretch.listed(path, bytes(entries.get().size()));
                order.enter(path, Listings.namesOfDirectories(entries.get()));
            } else if (!cached.knowsListing(path)) {
                listByItself(stretch, path);
            }
        }
    }

    /** What is not listed together with others; what is below it the program has to come to first. */
    private void listByItself(Walk.Stretch stretch, GuestPath path) {
        try {
            stretch.listed(path, listWith(cached, path));
        } catch (GuestFilesystemException e) {
            // Told to the program if it asks for that directory.
        }
    }

    /** Has a directory remembered; returns about what it takes in the cache, in bytes. */
    private static long listWith(GuestFilesystem filesystem, GuestPath path) throws GuestFilesystemException {
        FileReference next = path;
        long fetched = 0;
        long entries = 0;
        while (next != null && fetched < MAX_DIRECTORY_BYTES) {
            DirectoryChunk chunk = filesystem.readDirectory(next, PART_BYTES);
            entries += chunk.entries().size();
            fetched += PART_BYTES;
            next = chunk.next();
        }
        if (next != null) {
            filesystem.release((FileHandle) next);
        }
        return bytes(entries);
    }

    private static long bytes(long entries) {
        return entries * ENTRY_BYTES;
    }

    /** Ends what is under way, waits for it a bounded time, and closes the cache. */
    @Override
    public void close() throws GuestFilesystemException {
        walk.stop();
        BackgroundThreads.end(threads);
        super.close();
    }
}
