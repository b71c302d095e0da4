package org.guestmount.cache.writebehind;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FilesystemStatistics;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.jspecify.annotations.Nullable;

/**
 * One of the guest's filesystems, and what can be foretold of it: that there will be room, and that it will not refuse a change of attributes.
 */
final class Device {
    private static final long RESERVE_BYTES = 64 << 20;

    /** How much more room there has to be than data: clusters, extents, copies of both. */
    private static final int OVERHEAD = 4;

    private static final long ASK_AFTER_BYTES = 16 << 20;
    private static final int ASK_AFTER_FILES = 512;
    private static final long ASK_AFTER_NANOS = 1_000_000_000;

    /**
     * Where permissions are made up, as in vfat, {@code r} and {@code x} are the same for all files. So a filesystem that changes them as told
     * stores them.
     */
    private static final int TELLING_BITS = 0555;

    /** Filesystems begin to count otherwise, or no more, from 32,000 on. */
    private static final int MAX_SURE_LINKS = 30_000;

    /** More files than can be made until there is asked again. */
    private static final long RESERVE_FILES = 4096;

    private final long number;
    private final GuestFilesystem guest;
    private final Backlog backlog;
    private final LongSupplier nanoTime;

    @GuardedBy("this")
    private boolean hasRoom;

    @GuardedBy("this")
    private boolean asked;

    @GuardedBy("this")
    private long askedAt;

    @GuardedBy("this")
    private long spentBefore;

    @GuardedBy("this")
    private int filesSince;

    /** How many links a directory gets with each that is made in it; null if that was not seen yet. */
    @GuardedBy("this")
    private @Nullable Integer linksOfSubdirectory;

    private volatile boolean storesModes;
    private volatile boolean storesOwners;

    /** @param number {@link FileAttributes#device} */
    Device(long number, GuestFilesystem guest, Backlog backlog, LongSupplier nanoTime) {
        this.number = number;
        this.guest = guest;
        this.backlog = backlog;
        this.nanoTime = nanoTime;
    }

    long number() {
        return number;
    }

    /** Another file is to be written. */
    synchronized void countFile() {
        filesSince++;
    }

    /**
     * Whether there is surely room for everything pending and what is going to be until this is asked again. Only now and then asks the guest, the lock
     * held: who waits for it would have to ask the same.
     *
     * @param path anything on this filesystem
     */
    synchronized boolean hasRoom(GuestPath path) {
        long now = nanoTime.getAsLong();
        long spent = backlog.spentBytes();
        if (asked
                && now - askedAt < ASK_AFTER_NANOS
                && spent - spentBefore < ASK_AFTER_BYTES
                && filesSince < ASK_AFTER_FILES) {
            return hasRoom;
        }
        hasRoom = hasRoomNow(path);
        asked = true;
        askedAt = now;
        spentBefore = spent;
        filesSince = 0;
        return hasRoom;
    }

    private boolean hasRoomNow(GuestPath path) {
        try {
            FilesystemStatistics statistics = guest.statfs(path);
            double bytes = (double) statistics.availableBlocks() * statistics.fragmentSize();
            // Where inodes are not numbered beforehand, as in btrfs, there are none.
            boolean files = statistics.files() == 0 || statistics.availableFiles() >= RESERVE_FILES;
            return files && bytes >= RESERVE_BYTES + OVERHEAD * backlog.bytes();
        } catch (GuestFilesystemException e) {
            return false;
        }
    }

    /** Whether the filesystem is sure to do this, short of failing altogether. */
    boolean accepts(FileAttributes before, AttributeChange change) {
        return change.size() == null
                && (storesModes || !changesMode(before, change))
                && (storesOwners || !changesOwner(before, change));
    }

    /**
     * How many links a directory has gained with one that was made in it; null if that cannot be told. Asks the guest once, the lock held, as
     * {@link #hasRoom} does.
     *
     * @param before as it was before
     */
    synchronized @Nullable Integer linksGained(FileAttributes before, GuestPath directory) {
        if (linksOfSubdirectory == null) {
            linksOfSubdirectory = linksGainedNow(before, directory);
        }
        // ext4 counts up to 65,000, and says 1 from then on.
        boolean isSure = before.links() < MAX_SURE_LINKS && before.links() > 1;
        return isSure || Objects.equals(linksOfSubdirectory, 0) ? linksOfSubdirectory : null;
    }

    private @Nullable Integer linksGainedNow(FileAttributes before, GuestPath directory) {
        try {
            int gained = guest.getattr(directory).links() - before.links();
            return gained == 0 || gained == 1 ? gained : null;
        } catch (GuestFilesystemException e) {
            return null;
        }
    }

    /** Takes notice of a change the guest has done. */
    void learn(FileAttributes before, AttributeChange change, FileAttributes after) {
        if (changesOwner(before, change) && !changesOwner(after, change)) {
            storesOwners = true;
        }
        Integer mode = change.mode();
        if (mode != null && ((mode ^ before.mode()) & TELLING_BITS) != 0 && !changesMode(after, change)) {
            storesModes = true;
        }
    }

    private static boolean changesMode(FileAttributes attributes, AttributeChange change) {
        Integer mode = change.mode();
        return mode != null && ((mode ^ attributes.mode()) & 07777) != 0;
    }

    private static boolean changesOwner(FileAttributes attributes, AttributeChange change) {
        return differs(attributes.uid(), change.uid()) || differs(attributes.gid(), change.gid());
    }

    private static boolean differs(int is, @Nullable Integer wanted) {
        return wanted != null && wanted != is;
    }
}
