package org.guestmount.appliance.daemon;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileExtent;
import org.guestmount.core.fs.GuestFilesystemException;
import org.jspecify.annotations.Nullable;

/**
 * Tells where a file's data is on the drives, for filesystems which say so exactly, change nothing on the way and leave it there until the
 * file is changed.
 *
 * <p>In ext3 and ext4 data may be in the journal only: of all files, or of those with an attribute.
 *
 * <p>Source: Documentation/filesystems/fiemap.rst of the Linux kernel; ext4(5), <i>data=</i>; chattr(1), <i>j</i>.
 */
final class ExtentMap {
    /** In the order they are in {@code struct fiemap}: what is asked for, and how many were found. */
    private static final int HEADER_BYTES = 32;

    private static final int COUNT = Scratch.DATA + 20;
    private static final int FIRST_EXTENT = Scratch.DATA + HEADER_BYTES;
    private static final int EXTENT_BYTES = 56;
    private static final int EXTENT_FLAGS = 40;
    private static final int FEW_EXTENTS = 8;
    private static final int MAX_EXTENTS = (Scratch.DATA_BYTES - HEADER_BYTES) / EXTENT_BYTES;

    private static final int FLAG_LAST = 0x1;
    private static final int FLAG_DELALLOC = 0x4;
    private static final int FLAG_UNWRITTEN = 0x800;
    private static final int FLAG_MERGED = 0x1000;
    private static final int FLAG_SHARED = 0x2000;

    /** With any flag but these, known or not, the data is not simply there. */
    private static final int HARMLESS = FLAG_LAST | FLAG_UNWRITTEN | FLAG_MERGED | FLAG_SHARED;

    private final BlockDevices.@Nullable Start start;

    /** Whether there may be data that is not on the drive yet. */
    private final boolean writable;

    /** Whether single files may have their data in the journal. */
    private final boolean mayJournal;

    private ExtentMap(BlockDevices.@Nullable Start start, boolean writable, boolean mayJournal) {
        this.start = start;
        this.writable = writable;
        this.mayJournal = mayJournal;
    }

    /** Of the filesystem that the descriptor's file is on. */
    static ExtentMap ofFilesystem(int descriptor, BlockDevices devices, Object subject)
            throws GuestFilesystemException {
        Stat.Kind kind = Stat.kindOfFilesystem(descriptor, subject);
        BlockDevices.Start start = kind.isExtOrXfs() ? Stat.startOfDevice(descriptor, devices, subject) : null;
        boolean writable = !kind.readOnly();
        // What was in the journal has been written to its place before a filesystem is mounted read-only.
        boolean mayJournal = writable && kind.isExt();
        boolean known = start != null && !(mayJournal && journalsAll(start.kernelName()));
        return new ExtentMap(known ? start : null, writable, mayJournal);
    }

    private static boolean journalsAll(String kernelName) {
        try {
            return ExtOptions.inForce(kernelName).contains("data=journal");
        } catch (GuestFilesystemException e) {
            return true;
        }
    }

    /** Whether it can tell of any file. */
    boolean isKnown() {
        return start != null;
    }

    /** All extents from an offset on, or as many as are told at once: then the last one ends before {@link Long#MAX_VALUE}. */
    List<FileExtent> extents(int descriptor, long offset, Object subject) throws GuestFilesystemException {
        return extents(descriptor, offset, MAX_EXTENTS, subject);
    }

    /** All extents of a file; none if they are many, or if it was written just now and is read faster from memory. */
    List<FileExtent> fewExtents(int descriptor, Object subject) throws GuestFilesystemException {
        if (writable && hasNoPlaceYet(descriptor)) {
            return List.of();
        }
        List<FileExtent> extents = extents(descriptor, 0, FEW_EXTENTS, subject);
        return extents.get(extents.size() - 1).end() == Long.MAX_VALUE ? extents : List.of();
    }

    private List<FileExtent> extents(int descriptor, long offset, int max, Object subject)
            throws GuestFilesystemException {
        if (start == null || (mayJournal && isJournalled(descriptor))) {
            return List.of(restInGuest(offset));
        }
        ByteBuffer memory = Scratch.ofThread().memory();
        long result = ask(descriptor, offset, max, Abi.FIEMAP_FLAG_SYNC);
        if (Syscalls.failedWith(result, Errno.EOPNOTSUPP)) {
            return List.of(restInGuest(offset));
        }
        Syscalls.check(result, "map", subject);
        int count = memory.getInt(COUNT);
        List<FileExtent> extents = new ArrayList<>(count + 1);
        long end = offset;
        boolean last = count == 0;
        for (int i = 0; i < count; i++) {
            int at = FIRST_EXTENT + i * EXTENT_BYTES;
            long skipped = Math.max(0, end - memory.getLong(at));
            long begin = memory.getLong(at) + skipped;
            long length = memory.getLong(at + 16) - skipped;
            int flags = memory.getInt(at + EXTENT_FLAGS);
            last = (flags & FLAG_LAST) != 0;
            if (length <= 0) {
                continue;
            }
            if (begin > end) {
                extents.add(FileExtent.ofZeros(end, begin - end));
            }
            if ((flags & ~HARMLESS) != 0) {
                extents.add(FileExtent.inGuest(begin, length));
            } else if ((flags & FLAG_UNWRITTEN) != 0) {
                extents.add(FileExtent.ofZeros(begin, length));
            } else {
                long place = start.bytes() + memory.getLong(at + 8) + skipped;
                extents.add(FileExtent.onDrive(begin, length, start.drive(), place));
            }
            end = begin + length;
        }
        if (last) {
            extents.add(FileExtent.ofZeros(end, Long.MAX_VALUE - end));
        } else if (extents.isEmpty()) {
            extents.add(restInGuest(offset));
        }
        return extents;
    }

    /** What the kernel says, with the extents in {@link Scratch#DATA}. */
    private static long ask(int descriptor, long offset, int max, int flags) {
        Scratch scratch = Scratch.ofThread();
        int header = Scratch.DATA;
        scratch.memory()
                .putLong(header, offset)
                .putLong(header + 8, Long.MAX_VALUE - offset)
                .putInt(header + 16, flags)
                .putInt(COUNT, 0)
                .putInt(header + 24, max)
                .putInt(header + 28, 0);
        return Syscalls.ioctl(descriptor, Abi.FS_IOC_FIEMAP, scratch.address(Scratch.DATA));
    }

    /** Whether a file begins with what is in memory only. */
    private static boolean hasNoPlaceYet(int descriptor) {
        ByteBuffer memory = Scratch.ofThread().memory();
        return ask(descriptor, 0, 1, 0) == 0
                && memory.getInt(COUNT) > 0
                && (memory.getInt(FIRST_EXTENT + EXTENT_FLAGS) & FLAG_DELALLOC) != 0;
    }

    private static boolean isJournalled(int descriptor) {
        Scratch scratch = Scratch.ofThread();
        long result = Syscalls.ioctl(descriptor, Abi.FS_IOC_GETFLAGS, scratch.address(Scratch.DATA));
        return result != 0 || (scratch.memory().getInt(Scratch.DATA) & Abi.FS_JOURNAL_DATA_FL) != 0;
    }

    /** All there is from there on, to be asked for from the guest. */
    private static FileExtent restInGuest(long offset) {
        return FileExtent.inGuest(offset, Long.MAX_VALUE - offset);
    }
}
