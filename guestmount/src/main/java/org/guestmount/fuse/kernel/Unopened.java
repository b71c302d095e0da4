package org.guestmount.fuse.kernel;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.OpenedFile;
import org.guestmount.fuse.DirectoryListing;
import org.guestmount.fuse.GuestOperations;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel reads without having opened it, see {@link Negotiation#isWithoutOpens}: files and listings that are kept for the requests
 * that are likely to follow.
 */
final class Unopened {
    /** What the kernel has in the place of a handle. */
    static final long NO_HANDLE = 0;

    /** Contents of small files that are kept with them, in bytes. */
    private static final int MAX_BYTES = 8 << 20;

    /** What an open file takes beside its contents, in bytes. */
    private static final int OWN_BYTES = 1000;

    /** Programs that are in the middle of a directory. */
    private static final int MAX_LISTINGS = 64;

    private final Context context;
    private final GuestOperations operations;
    private final Cache<Long, SharedFile> files = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumWeight(MAX_BYTES)
            .weigher((Long node, SharedFile file) -> file.weight())
            .removalListener(
                    (@Nullable Long node, @Nullable SharedFile file, RemovalCause cause) -> SharedFile.letGo(file))
            .build();
    private final Cache<Place, DirectoryListing> listings = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MAX_LISTINGS)
            .evictionListener((@Nullable Place place, @Nullable DirectoryListing listing, RemovalCause cause) ->
                    closeQuietly(listing))
            .build();

    Unopened(Context context) {
        this.context = context;
        this.operations = context.operations();
    }

    /**
     * Where a listing is to go on.
     *
     * @param position from 1
     */
    private record Place(long node, long position) {}

    /** A file that several may be reading; released when it has been let go of and the last has ended. */
    private static final class SharedFile {
        private final GuestOperations operations;
        private final OpenedFile file;

        /** Those who are reading it, and one until it is let go of. */
        @GuardedBy("this")
        private int users = 1;

        SharedFile(GuestOperations operations, OpenedFile file) {
            this.operations = operations;
            this.file = file;
        }

        FileHandle handle() {
            return file.handle();
        }

        int weight() {
            long size = file.attributes().size();
            return OWN_BYTES + (size > GuestFilesystem.SMALL_FILE_BYTES ? 0 : (int) size);
        }

        /** Begins a use, to be ended with {@link #end}; false if it was released. */
        synchronized boolean use() {
            if (users == 0) {
                return false;
            }
            users++;
            return true;
        }

        void end() {
            boolean last;
            synchronized (this) {
                users--;
                last = users == 0;
            }
            if (last) {
                operations.releaseQuietly(file.handle());
            }
        }

        static void letGo(@Nullable SharedFile file) {
            if (file != null) {
                file.end();
            }
        }
    }

    /** Uses the file of a node. */
    <R> R using(long node, Context.Use<R, FileHandle> use) throws GuestFilesystemException {
        SharedFile file = take(node);
        try {
            return use.with(file.handle());
        } finally {
            file.end();
        }
    }

    private SharedFile take(long node) throws GuestFilesystemException {
        SharedFile known = files.getIfPresent(node);
        if (known != null && known.use()) {
            return known;
        }
        OpenedFile opened = context.usingPath(node, path -> operations.open(path, OpenFlags.READ_ONLY.bits()));
        SharedFile file = new SharedFile(operations, opened);
        file.use();
        files.put(node, file);
        return file;
    }

    /**
     * Uses a listing of a directory to go on at a position.
     *
     * @param use returns the position of what is to follow: the same at the end
     */
    void usingListing(long node, long position, Context.Use<Long, DirectoryListing> use)
            throws GuestFilesystemException {
        DirectoryListing known = listings.asMap().remove(new Place(node, position));
        DirectoryListing listing = known == null ? context.usingPath(node, operations::opendir) : known;
        long next = position;
        try {
            next = use.with(listing);
        } finally {
            // Who is at the same position with another listing needs only one of them.
            closeQuietly(next == position ? listing : listings.asMap().put(new Place(node, next), listing));
        }
    }

    private void closeQuietly(@Nullable DirectoryListing listing) {
        if (listing != null) {
            operations.releasedirQuietly(listing);
        }
    }
}
