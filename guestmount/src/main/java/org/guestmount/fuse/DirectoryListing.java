package org.guestmount.fuse;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.guestmount.core.fs.DirectoryChunk;
import org.guestmount.core.fs.DirectoryEntry;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.jspecify.annotations.Nullable;

/**
 * An open directory: its entries by position, fetched as they are asked for.
 *
 * <p>Only one part is held at a time, so that a directory of any size can be listed; going back before it lists anew
 * from the beginning. Position 0 always lists anew, as rewinddir(3) must.
 */
public final class DirectoryListing {
    /** About how much of a listing is fetched at a time, in bytes. */
    private static final int PART_BYTES = 256 << 10;

    private final GuestFilesystem filesystem;
    private final GuestPath path;
    private final AtomicLong changes;

    @GuardedBy("this")
    private List<DirectoryEntry> part = List.of();

    /** The position of the first entry of {@link #part}. */
    @GuardedBy("this")
    private long partStart;

    @GuardedBy("this")
    private @Nullable FileHandle next;

    @GuardedBy("this")
    private boolean started;

    /** How many changes had begun or ended when the part was asked for. */
    @GuardedBy("this")
    private long partChanges;

    DirectoryListing(GuestFilesystem filesystem, GuestPath path, AtomicLong changes) {
        this.filesystem = filesystem;
        this.path = path;
        this.changes = changes;
    }

    /**
     * Whether nothing has been changed through the mount since the entry last returned was fetched, so that what it says
     * still holds.
     */
    public synchronized boolean isCurrent() {
        return partChanges == changes.get();
    }

    public GuestPath path() {
        return path;
    }

    /**
     * The entry at a position.
     *
     * @param position from 0, in the filesystem's order; {@code .} and {@code ..} have none
     * @return null past the last
     */
    public synchronized @Nullable DirectoryEntry entry(long position) throws GuestFilesystemException {
        if (!started || position == 0 || position < partStart) {
            restart();
        }
        while (position >= partStart + part.size()) {
            FileHandle rest = next;
            if (rest == null) {
                return null;
            }
            // Until the next part is there the listing counts as not started, so that asking again after an error
            // lists anew instead of ending early.
            started = false;
            next = null;
            long start = partStart + part.size();
            partChanges = changes.get();
            accept(filesystem.readDirectory(rest, PART_BYTES), start);
        }
        return part.get((int) (position - partStart));
    }

    @GuardedBy("this")
    private void restart() throws GuestFilesystemException {
        close();
        partChanges = changes.get();
        accept(filesystem.readDirectory(path, PART_BYTES), 0);
    }

    @GuardedBy("this")
    private void accept(DirectoryChunk chunk, long start) {
        part = chunk.entries();
        partStart = start;
        next = chunk.next();
        started = true;
    }

    /** Gives up what is held in the guest. */
    synchronized void close() throws GuestFilesystemException {
        FileHandle rest = next;
        part = List.of();
        next = null;
        started = false;
        if (rest != null) {
            filesystem.release(rest);
        }
    }
}
