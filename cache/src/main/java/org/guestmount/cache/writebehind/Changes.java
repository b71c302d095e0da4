package org.guestmount.cache.writebehind;

import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.AttributeChange.TimeChange;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.Timestamp;
import org.jspecify.annotations.Nullable;

/** Changes of attributes, not of size: one after the other, and what they lead to. */
final class Changes {
    private static final int PERMISSIONS = 07777;

    /** S_ISUID and S_ISGID. */
    private static final int CLEARED_BY_WRITE = 06000;

    private Changes() {}

    /** Whether both as one, the owner before the mode, are the same as one after the other: a chown clears bits that a chmod set. */
    static boolean canMerge(AttributeChange first, AttributeChange second) {
        return first.mode() == null || (second.uid() == null && second.gid() == null);
    }

    /** Whether data written after the change may be written before it: writing sets the time of modification, and clears bits that a chmod set. */
    static boolean mayPrecedeWrite(AttributeChange change) {
        Integer mode = change.mode();
        return change.modified() == null && (mode == null || (mode & CLEARED_BY_WRITE) == 0);
    }

    static AttributeChange merge(AttributeChange first, AttributeChange second) {
        return new AttributeChange(
                null,
                later(first.uid(), second.uid()),
                later(first.gid(), second.gid()),
                later(first.mode(), second.mode()),
                later(first.accessed(), second.accessed()),
                later(first.modified(), second.modified()));
    }

    private static <T> @Nullable T later(@Nullable T first, @Nullable T second) {
        return second == null ? first : second;
    }

    /** The change as it is at that time, whenever it is done. */
    static AttributeChange at(Timestamp now, AttributeChange change) {
        TimeChange present = new TimeChange(now);
        return new AttributeChange(
                null,
                change.uid(),
                change.gid(),
                change.mode(),
                TimeChange.NOW.equals(change.accessed()) ? present : change.accessed(),
                TimeChange.NOW.equals(change.modified()) ? present : change.modified());
    }

    /** The attributes a file should have after the change at that time, as far as that can be told. */
    static FileAttributes expected(FileAttributes before, AttributeChange change, Timestamp now) {
        boolean changesOwner = change.uid() != null || change.gid() != null;
        int mode = changesOwner ? before.unprivilegedMode() : before.mode();
        if (change.mode() != null) {
            mode = (mode & ~PERMISSIONS) | (change.mode() & PERMISSIONS);
        }
        return provisional(before, mode, before.links(), change, before.size(), now);
    }

    /** The attributes of a file written to up to there. */
    static FileAttributes grown(FileAttributes before, long end) {
        return provisional(
                before,
                before.mode(),
                before.links(),
                AttributeChange.NONE,
                Math.max(before.size(), end),
                before.changed());
    }

    /** The attributes of a directory in which a name was made or removed at that time. */
    static FileAttributes touched(FileAttributes before, int links, Timestamp now) {
        AttributeChange times = AttributeChange.ofTimes(null, new TimeChange(now));
        return provisional(before, before.mode(), links, times, before.size(), now);
    }

    private static FileAttributes provisional(
            FileAttributes before, int mode, int links, AttributeChange change, long size, Timestamp changed) {
        return new FileAttributes(
                before.device(),
                before.inode(),
                mode,
                links,
                change.uid() == null ? before.uid() : change.uid(),
                change.gid() == null ? before.gid() : change.gid(),
                before.rdev(),
                size,
                before.blocks(),
                before.blockSize(),
                time(before.accessed(), change.accessed()),
                time(before.modified(), change.modified()),
                changed,
                true,
                before.removable());
    }

    private static Timestamp time(Timestamp before, @Nullable TimeChange change) {
        Timestamp time = change == null ? null : change.time();
        return time == null ? before : time;
    }
}
