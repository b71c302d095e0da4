package org.guestmount.fuse.libfuse;

import jnr.ffi.Pointer;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.AttributeChange.TimeChange;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FilesystemStatistics;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.Timestamp;
import org.jspecify.annotations.Nullable;
import ru.serce.jnrfuse.struct.FileStat;
import ru.serce.jnrfuse.struct.Statvfs;
import ru.serce.jnrfuse.struct.Timespec;

/** Guest values in libc's structures. */
final class NativeStructs {
    private static final int TIMESPEC_BYTES = 16;

    /** {@code UTIME_NOW} and {@code UTIME_OMIT} of utimensat(2). */
    private static final long UTIME_NOW = (1 << 30) - 1;

    private static final long UTIME_OMIT = (1 << 30) - 2;

    private NativeStructs() {}

    /** Device numbers need no conversion: within 32 bits the kernel's, glibc's and FUSE's encodings are one. */
    static void putStat(FileStat stat, FileAttributes attributes, long inodeNumber) {
        stat.st_ino.set(inodeNumber);
        stat.st_mode.set(attributes.mode());
        stat.st_nlink.set(attributes.links());
        stat.st_uid.set(Integer.toUnsignedLong(attributes.uid()));
        stat.st_gid.set(Integer.toUnsignedLong(attributes.gid()));
        stat.st_rdev.set(attributes.rdev());
        stat.st_size.set(attributes.size());
        stat.st_blksize.set(attributes.blockSize());
        stat.st_blocks.set(attributes.blocks());
        putTime(stat.st_atim, attributes.accessed());
        putTime(stat.st_mtim, attributes.modified());
        putTime(stat.st_ctim, attributes.changed());
    }

    private static void putTime(Timespec timespec, Timestamp time) {
        timespec.tv_sec.set(time.seconds());
        timespec.tv_nsec.set(time.nanos());
    }

    static void putStatistics(Statvfs target, FilesystemStatistics statistics) {
        target.f_bsize.set(statistics.blockSize());
        target.f_frsize.set(statistics.fragmentSize());
        target.f_blocks.set(statistics.blocks());
        target.f_bfree.set(statistics.freeBlocks());
        target.f_bavail.set(statistics.availableBlocks());
        target.f_files.set(statistics.files());
        target.f_ffree.set(statistics.freeFiles());
        target.f_favail.set(statistics.availableFiles());
        target.f_namemax.set(statistics.maxNameBytes());
    }

    /** chown(2): an id of -1 stays as it is. */
    static AttributeChange ownerChange(int uid, int gid) {
        return AttributeChange.ofOwner(uid == -1 ? null : uid, gid == -1 ? null : gid);
    }

    /** utimensat(2). */
    static AttributeChange timesChange(Pointer timespecs) throws GuestFilesystemException {
        return AttributeChange.ofTimes(timeChange(timespecs, 0), timeChange(timespecs, 1));
    }

    /**
     * One of the two times that utimensat(2) is given.
     *
     * @return null if it is to stay
     */
    private static @Nullable TimeChange timeChange(Pointer timespecs, int index) throws GuestFilesystemException {
        long seconds = timespecs.getLong((long) index * TIMESPEC_BYTES);
        long nanos = timespecs.getLong((long) index * TIMESPEC_BYTES + Long.BYTES);
        if (nanos == UTIME_OMIT) {
            return null;
        }
        if (nanos == UTIME_NOW) {
            return TimeChange.NOW;
        }
        if (nanos < 0 || nanos > 999_999_999) {
            throw GuestFilesystemException.of(Errno.EINVAL, "utimensat", nanos);
        }
        return new TimeChange(new Timestamp(seconds, (int) nanos));
    }
}
