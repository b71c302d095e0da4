package org.guestmount.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import com.github.benmanes.caffeine.cache.Weigher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.guestmount.cache.Dentry.Missing;
import org.guestmount.cache.Dentry.Present;
import org.guestmount.core.fs.DirectoryEntry;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileDetails;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InodeKey;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the guest's tree: inodes and directories by {@link InodeKey}. What is here is true; what is not has
 * to be asked. Methods named {@code store} take what the guest replied to an operation and keep what can be relied on.
 * Methods named {@code change} are called before an operation is sent, and declare and drop what it may make untrue.
 *
 * <p>All methods may be called from any thread. See {@link Operation} for why the answers stay true.
 */
final class TreeCache {
    private final Cache<InodeKey, Inode> inodes;
    private final Cache<InodeKey, Directory> directories;
    private final long maxDirectoryBytes;
    private final InFlight inFlight = new InFlight();
    private final NameRules names = new NameRules();
    private volatile @Nullable Present root;

    TreeCache(CacheConfig config, Ticker ticker) {
        // A file takes about twice as much as an inode as it takes as a name.
        long directoryBytes = config.maxBytes() / 3;
        this.inodes = build(config.ttl(), ticker, config.maxBytes() - directoryBytes, (key, inode) -> inode.bytes());
        this.directories = build(config.ttl(), ticker, directoryBytes, (key, directory) -> directory.bytes());
        this.maxDirectoryBytes = directoryBytes / 4 * 3;
    }

    private static <V> Cache<InodeKey, V> build(
            Duration ttl, Ticker ticker, long maxBytes, Weigher<InodeKey, V> weigher) {
        return Caffeine.newBuilder()
                .ticker(ticker)
                .executor(Runnable::run)
                .maximumWeight(maxBytes)
                .weigher(weigher)
                // Not from the last write: a directory grows name by name, and none may outlive its time.
                .expireAfter(Expiry.<InodeKey, V>creating((key, value) -> ttl))
                .build();
    }

    Operation begin(GuestPath... paths) {
        return inFlight.begin(paths);
    }

    /** One that is done on these paths and on paths below them. */
    Operation beginTrees(List<GuestPath> roots) {
        return inFlight.beginTrees(roots);
    }

    NameRules names() {
        return names;
    }

    /** The root of the tree; null before {@link #storeRoot}. */
    @Nullable
    Present root() {
        return root;
    }

    void storeRoot(FileAttributes attributes) {
        root = Present.of(attributes);
    }

    /** About how much memory all of it takes, in bytes. */
    long bytes() {
        return bytes(inodes) + bytes(directories);
    }

    private static long bytes(Cache<?, ?> cache) {
        cache.cleanUp();
        return cache.policy().eviction().orElseThrow().weightedSize().orElseThrow();
    }

    /** What is known of an inode; {@link Inode#UNKNOWN} if nothing is. */
    Inode inode(InodeKey key) {
        Inode inode = inodes.getIfPresent(key);
        return inode == null ? Inode.UNKNOWN : inode;
    }

    Dentry dentry(InodeKey directory, String name) {
        Directory known = directories.getIfPresent(directory);
        return known == null ? Missing.UNKNOWN : known.find(name);
    }

    @Nullable
    Directory directory(InodeKey key) {
        return directories.getIfPresent(key);
    }

    void store(Operation operation, FileDetails details) {
        storeInode(operation, details.attributes(), inode -> inode.with(details));
    }

    void store(Operation operation, FileAttributes attributes) {
        storeInode(operation, attributes, inode -> inode.with(attributes));
    }

    /** An inode that this operation made. */
    void storeNew(Operation operation, FileAttributes attributes, @Nullable String linkTarget) {
        Inode made = new Inode(attributes, linkTarget, Xattrs.OF_NEW_INODE, null);
        storeInode(operation, attributes, inode -> made);
        if (attributes.isDirectory()) {
            InodeKey key = attributes.key();
            directories.asMap().compute(key, (same, directory) -> {
                if (!operation.isSureOf(key) || !names.areExact(key)) {
                    return directory;
                }
                Directory empty = new Directory();
                empty.complete(List.of());
                return empty;
            });
        }
    }

    private void storeInode(Operation operation, FileAttributes attributes, UnaryOperator<Inode> update) {
        if (attributes.links() == 0 || attributes.provisional()) {
            // The number is given to another inode as soon as the last handle is closed; or it is to be asked for.
            return;
        }
        InodeKey key = attributes.key();
        inodes.asMap().compute(key, (same, known) -> {
            if (!operation.isSureOf(key)) {
                return known;
            }
            return update.apply(known == null ? Inode.UNKNOWN : known);
        });
    }

    /** Xattrs of the inode that the path of this place leads to. */
    void storeXattrs(Operation operation, Place place, UnaryOperator<Xattrs> update) {
        InodeKey key = place.inode();
        if (key == null) {
            return;
        }
        inodes.asMap().compute(key, (same, known) -> {
            if (!operation.isSureOf(key) || !operation.isSureOf(place)) {
                return known;
            }
            Inode inode = known == null ? Inode.UNKNOWN : known;
            return inode.with(update.apply(inode.xattrs()));
        });
    }

    /** What the last name of this place stands for. */
    void store(Operation operation, Place place, Dentry dentry) {
        InodeKey directory = place.directory();
        if (directory == null) {
            return;
        }
        String name = place.path().name();
        directories.asMap().compute(directory, (same, known) -> {
            if (!operation.isSureOf(directory, name)) {
                return known;
            }
            Directory updated = known == null ? new Directory() : known;
            updated.set(name, dentry);
            return withinBounds(updated);
        });
    }

    /**
     * A directory being listed.
     *
     * @param directory the object that has to be kept in the cache for the listing to become complete
     * @param changes its {@link Directory#changes} at the beginning
     * @param names listed so far
     */
    record Listing(InodeKey key, Directory directory, long changes, List<String> names) {
        Listing neverComplete() {
            return new Listing(key, directory, -1, names);
        }
    }

    Listing startListing(InodeKey key) {
        Listing[] started = new Listing[1];
        directories.asMap().compute(key, (same, known) -> {
            Directory directory = known == null ? new Directory() : known;
            started[0] = new Listing(key, directory, directory.changes(), new ArrayList<>());
            return directory;
        });
        return started[0];
    }

    /** A part of a listing; names of no use if the directory is not the one in the cache any more. */
    void store(Operation operation, Listing listing, List<DirectoryEntry> entries) {
        directories.asMap().computeIfPresent(listing.key(), (same, directory) -> {
            if (directory != listing.directory()) {
                return directory;
            }
            for (DirectoryEntry entry : entries) {
                listing.names().add(entry.name());
                if (operation.isSureOf(listing.key(), entry.name())) {
                    directory.set(entry.name(), Present.of(entry.details().attributes()));
                }
            }
            return withinBounds(directory);
        });
        storeDetails(operation, entries);
    }

    void storeDetails(Operation operation, List<DirectoryEntry> entries) {
        entries.forEach(entry -> store(operation, entry.details()));
    }

    /**
     * All parts have been stored. What is not there is absent, if the directory was known all the time, no change of a
     * name began meanwhile, and a file has only one name here.
     */
    void complete(Listing listing) {
        directories.asMap().computeIfPresent(listing.key(), (same, directory) -> {
            if (directory == listing.directory()
                    && directory.changes() == listing.changes()
                    && names.areExact(listing.key())) {
                directory.complete(listing.names());
            }
            return directory;
        });
    }

    private @Nullable Directory withinBounds(Directory directory) {
        return directory.bytes() > maxDirectoryBytes ? null : directory;
    }

    /** Something that the attributes tell changes; the xattrs that stay certain are these. */
    void change(Operation operation, InodeKey key, UnaryOperator<Xattrs> certain) {
        operation.declare(new Fact.OfInode(key));
        inodes.asMap().computeIfPresent(key, (same, inode) -> inode.changed(certain.apply(inode.xattrs())));
    }

    /** The inode may be deleted, or its number be that of a new one. */
    void changeWholly(Operation operation, InodeKey key) {
        operation.declare(new Fact.OfInode(key));
        inodes.invalidate(key);
        directories.invalidate(key);
    }

    /** What the last name of this place stands for changes, and with it the directory's times, size and link count. */
    void changeName(Operation operation, Place place) {
        InodeKey directory = place.directory();
        if (directory == null) {
            return;
        }
        String name = place.path().name();
        if (names.areExact(directory)) {
            operation.declare(new Fact.OfName(directory, name));
            directories.asMap().computeIfPresent(directory, (same, known) -> {
                known.forget(name);
                return known;
            });
        } else {
            operation.declare(new Fact.OfName(directory, Fact.OfName.ANY_NAME));
            directories.invalidate(directory);
        }
        change(operation, directory, UnaryOperator.identity());
    }

    /** Paths through this place lead elsewhere from now on. */
    void changeWay(Operation operation, Place place) {
        InodeKey directory = place.directory();
        boolean exact = directory != null && names.areExact(directory);
        operation.declare(new Fact.OfWay(exact ? place.path() : GuestPath.ROOT));
    }

    /** Sends an operation that changes something. */
    <R> R send(Operation operation, Place place, Call<R> call) throws GuestFilesystemException {
        try {
            return call.run();
        } finally {
            ended(operation, place);
        }
    }

    /** The same for an operation that changes the inode which the place's last name stands for. */
    <R> R sendOnInode(Operation operation, Place place, Call<R> call) throws GuestFilesystemException {
        try {
            return call.run();
        } finally {
            endedOnInode(operation, place);
        }
    }

    /**
     * An operation that changes something there has been answered. If another may have led its path elsewhere meanwhile, which directory
     * it changed is not known, and so nothing is.
     */
    void ended(Operation operation, Place place) {
        if (!place.isReached() || !operation.isSureOfWay()) {
            forgetEverything();
        }
    }

    /** The same of one that changes the inode which the place's last name stands for. */
    void endedOnInode(Operation operation, Place place) {
        if (!operation.isSureOf(place)) {
            forgetEverything();
        }
    }

    private void forgetEverything() {
        inFlight.distrustAll();
        inodes.invalidateAll();
        directories.invalidateAll();
    }
}
