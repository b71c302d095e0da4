package org.guestmount.cache;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.guestmount.cache.Dentry.Present;
import org.guestmount.core.fs.DepthFirst;
import org.guestmount.core.fs.DirectoryChunk;
import org.guestmount.core.fs.DirectoryEntry;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileDetails;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InodeKey;
import org.jspecify.annotations.Nullable;

/**
 * Listings under way. One of a complete directory is served from memory under a handle of its own, a negative number,
 * which the guest's handles never are. Any other is passed on part by part, each being stored, so that a directory of
 * any size takes no memory beyond the cache's bounds.
 */
final class Listings {
    /** An entry's fixed part on the wire, about, in bytes. */
    private static final int ENTRY_BYTES = 120;

    /** How many entries of a listing from memory may have to be looked up: these and one in {@link #FEW_OF}. */
    private static final int FEW = 4;

    private static final int FEW_OF = 16;

    private final GuestFilesystem guest;
    private final TreeCache tree;
    private final Resolver resolver;
    private final AtomicLong lastOwnHandle = new AtomicLong();
    private final Map<FileHandle, Names> fromMemory = new ConcurrentHashMap<>();

    /** Listings from the guest of which what is told can still be stored. */
    private final Map<FileHandle, TreeCache.Listing> fromGuest = new ConcurrentHashMap<>();

    Listings(GuestFilesystem guest, TreeCache tree, Resolver resolver) {
        this.guest = guest;
        this.tree = tree;
        this.resolver = resolver;
    }

    /** The names of a directory that are still to be told. Used by one thread at a time. */
    private record Names(GuestPath path, InodeKey directory, Iterator<String> left) {}

    DirectoryChunk begin(GuestPath path, int maxBytes) throws GuestFilesystemException {
        Names names = namesInMemory(resolver.known(path));
        return names == null ? beginFromGuest(path, maxBytes) : tell(names, null, maxBytes);
    }

    DirectoryChunk goOn(FileHandle handle, int maxBytes) throws GuestFilesystemException {
        Names names = fromMemory.get(handle);
        return names == null ? goOnFromGuest(handle, maxBytes) : tell(names, handle, maxBytes);
    }

    /** Gives up a listing; false if the guest has to be told to release the handle. */
    boolean release(FileHandle handle) {
        fromGuest.remove(handle);
        return fromMemory.remove(handle) != null;
    }

    /** Whether the names in a directory are all known. */
    boolean isKnown(GuestPath path) {
        return complete(resolver.known(path).inode()) != null;
    }

    /** The names in a directory; null if they are not all known. */
    @Nullable
    List<String> known(GuestPath path) {
        Directory directory = complete(resolver.known(path).inode());
        return directory == null ? null : directory.names();
    }

    private @Nullable Directory complete(@Nullable InodeKey key) {
        Directory directory = key == null ? null : tree.directory(key);
        return directory != null && directory.isComplete() ? directory : null;
    }

    private @Nullable Names namesInMemory(Place place) {
        InodeKey key = place.inode();
        Directory directory = complete(key);
        if (key == null || directory == null) {
            return null;
        }
        List<String> names = directory.names();
        int toLookUp = 0;
        for (String name : names) {
            toLookUp += isKnown(directory.find(name)) ? 0 : 1;
        }
        return toLookUp > FEW + names.size() / FEW_OF ? null : new Names(place.path(), key, names.iterator());
    }

    private boolean isKnown(Dentry dentry) {
        return dentry instanceof Present present && tree.inode(present.inode()).isComplete();
    }

    private @Nullable FileDetails details(Dentry dentry) {
        return dentry instanceof Present present ? tree.inode(present.inode()).details() : null;
    }

    private DirectoryChunk tell(Names names, @Nullable FileHandle handle, int maxBytes)
            throws GuestFilesystemException {
        List<DirectoryEntry> entries = new ArrayList<>();
        for (int bytes = 0; names.left().hasNext() && (entries.isEmpty() || bytes < maxBytes); ) {
            String name = names.left().next();
            FileDetails details = lookUp(names, name);
            if (details != null) {
                entries.add(new DirectoryEntry(name, details));
                String target = details.linkTarget();
                bytes += ENTRY_BYTES + name.length() + (target == null ? 0 : target.length());
            }
        }
        if (!names.left().hasNext()) {
            if (handle != null) {
                fromMemory.remove(handle);
            }
            return new DirectoryChunk(entries, null);
        }
        FileHandle next = handle == null ? new FileHandle(lastOwnHandle.decrementAndGet()) : handle;
        fromMemory.put(next, names);
        return new DirectoryChunk(entries, next);
    }

    /** Null if the entry was removed meanwhile. */
    private @Nullable FileDetails lookUp(Names names, String name) throws GuestFilesystemException {
        Dentry dentry = tree.dentry(names.directory(), name);
        if (dentry == Dentry.Missing.ABSENT) {
            return null;
        }
        FileDetails known = details(dentry);
        if (known != null) {
            return known;
        }
        FileDetails asked = null;
        GuestPath path = names.path().resolve(name);
        try (Operation operation = tree.begin(path)) {
            asked = resolver.ask(operation, resolver.reach(path));
        } catch (GuestFilesystemException e) {
            if (e.errno() != Errno.ENOENT && dentry instanceof Present present) {
                // As the guest lists it: it does not hide the others.
                asked = FileDetails.unreadable(present.inode(), present.type());
            } else if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
        // Its name may have been forgotten since the listing began, because of a change beside it or of its age.
        try (Operation operation = tree.begin(names.path())) {
            if (!names.directory().equals(resolver.find(operation, names.path()).inode())) {
                // Moved since the listing began: what that path says is of another directory.
                throw GuestFilesystemException.of(Errno.ESTALE, "readdir", names.path());
            }
        }
        return asked;
    }

    private DirectoryChunk beginFromGuest(GuestPath path, int maxBytes) throws GuestFilesystemException {
        try (Operation operation = tree.begin(path)) {
            Place place = resolver.find(operation, path);
            InodeKey key = place.inode();
            TreeCache.Listing listing = key != null && place.isDirectory() ? tree.startListing(key) : null;
            DirectoryChunk chunk = guest.readDirectory(path, maxBytes);
            if (listing == null || !operation.isSureOf(place)) {
                tree.storeDetails(operation, chunk.entries());
                return chunk;
            }
            // A change of a name that began before the listing did is not counted by the directory.
            boolean mayComplete = operation.isSureOf(listing.key());
            learnNameRules(operation, place, chunk);
            store(operation, mayComplete ? listing : listing.neverComplete(), chunk);
            return chunk;
        }
    }

    /** {@link GuestFilesystem#listTrees}, always by the guest. */
    List<Optional<List<DirectoryEntry>>> listTrees(List<GuestPath> roots, boolean byName, int maxDirectories)
            throws GuestFilesystemException {
        try (Operation operation = tree.beginTrees(roots)) {
            for (GuestPath root : roots) {
                resolver.find(operation, root);
            }
            List<Optional<List<DirectoryEntry>>> listed = guest.listTrees(roots, byName, maxDirectories);
            DepthFirst order = new DepthFirst(roots, byName);
            for (Optional<List<DirectoryEntry>> entries : listed) {
                GuestPath path = order.next();
                if (path == null) {
                    throw GuestFilesystemException.of(Errno.EIO, "list more than there is", roots.get(0));
                }
                if (entries.isPresent()) {
                    learn(operation, path, entries.get());
                    order.enter(path, namesOfDirectories(entries.get()));
                }
            }
            return listed;
        }
    }

    /** The whole listing of a directory to which the paths of the operation led, or paths below them. */
    private void learn(Operation operation, GuestPath path, List<DirectoryEntry> entries)
            throws GuestFilesystemException {
        Place place = resolver.known(path);
        InodeKey key = place.inode();
        if (key == null || !place.isDirectory()) {
            tree.storeDetails(operation, entries);
            return;
        }
        // Before it is asked what has changed: a change of a name that begins from now on is counted by the directory.
        TreeCache.Listing listing = tree.startListing(key);
        if (!operation.isSureOf(place) || !operation.isSureOfNamesIn(key)) {
            tree.storeDetails(operation, entries);
            return;
        }
        DirectoryChunk whole = new DirectoryChunk(entries, null);
        learnNameRules(operation, place, whole);
        store(operation, listing, whole);
    }

    static List<String> namesOfDirectories(List<DirectoryEntry> entries) {
        List<String> names = new ArrayList<>(0);
        for (DirectoryEntry entry : entries) {
            if (entry.details().attributes().isDirectory()) {
                names.add(entry.name());
            }
        }
        return names;
    }

    private DirectoryChunk goOnFromGuest(FileHandle handle, int maxBytes) throws GuestFilesystemException {
        TreeCache.Listing listing = fromGuest.get(handle);
        try (Operation operation = tree.begin()) {
            DirectoryChunk chunk = guest.readDirectory(handle, maxBytes);
            fromGuest.remove(handle);
            if (listing == null) {
                tree.storeDetails(operation, chunk.entries());
            } else {
                store(operation, listing, chunk);
            }
            return chunk;
        }
    }

    private void store(Operation operation, TreeCache.Listing listing, DirectoryChunk chunk) {
        tree.store(operation, listing, chunk.entries());
        FileHandle next = chunk.next();
        if (next == null) {
            tree.complete(listing);
        } else {
            fromGuest.put(next, listing);
        }
    }

    private void learnNameRules(Operation operation, Place directory, DirectoryChunk chunk)
            throws GuestFilesystemException {
        for (DirectoryEntry entry : chunk.entries()) {
            if (NameRules.swapCase(entry.name()) != null) {
                Present present = Present.of(entry.details().attributes());
                GuestPath path = directory.path().resolve(entry.name());
                resolver.learnNameRules(operation, new Place(path, directory.inode(), present));
                return;
            }
        }
    }
}
