package org.guestmount.appliance.ext;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.guestmount.core.fs.FileExtent;
import org.guestmount.core.fs.FileType;
import org.jspecify.annotations.Nullable;

/**
 * A regular file, or a symbolic link whose target is in the inode, with nothing unusual about it: what the kernel would say of it follows from
 * its fields alone.
 */
public final class Inode {
    /** What every inode has, in bytes. */
    static final int OLD_BYTES = 128;

    /** The seconds and nanoseconds of times that are told. */
    private static final int EXTRA_BYTES_WITH_TIMES = 0x90 - OLD_BYTES;

    private static final int FLAG_IMMUTABLE = 0x10;
    private static final int FLAG_APPEND = 0x20;
    private static final int FLAG_EXTENTS = 0x80000;

    /**
     * Those that change nothing of what is told here: secure deletion, undeletion, sync, immutable, append, nodump, noatime, journalled
     * data, no tail, extents, inherited project.
     */
    private static final int USUAL_FLAGS =
            0x1 | 0x2 | 0x8 | FLAG_IMMUTABLE | FLAG_APPEND | 0x40 | 0x80 | 0x4000 | 0x8000 | FLAG_EXTENTS | 0x20000000;

    private static final int BLOCK = 0x28;
    private static final int BLOCK_BYTES = 60;
    private static final int XATTR_MAGIC = 0xEA020000;

    private static final int EXTENT_MAGIC = 0xF30A;
    private static final int EXTENT_BYTES = 12;
    private static final int MAX_EXTENTS = 4;

    /** Lengths beyond it are those of extents that were not written yet. */
    private static final int MAX_EXTENT_BLOCKS = 0x8000;

    private final ByteBuffer raw;
    private final Superblock filesystem;
    private final int extraBytes;
    private final FileType type;

    private Inode(ByteBuffer raw, Superblock filesystem, int extraBytes) {
        this.raw = raw;
        this.filesystem = filesystem;
        this.extraBytes = extraBytes;
        this.type = FileType.ofMode(mode());
    }

    /**
     * An inode as it was read; null if it is not of this kind, or damaged.
     *
     * @param bytes the inode behind {@link InodeChecksum#LEAD_BYTES} of room, to be left alone from then on
     */
    static @Nullable Inode of(long number, byte[] bytes, Superblock filesystem) {
        ByteBuffer raw = ByteBuffer.wrap(bytes)
                .slice(InodeChecksum.LEAD_BYTES, bytes.length - InodeChecksum.LEAD_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        int extraBytes = raw.capacity() > OLD_BYTES ? raw.getShort(0x80) & 0xFFFF : 0; // i_extra_isize
        if (raw.capacity() > OLD_BYTES
                && (extraBytes < EXTRA_BYTES_WITH_TIMES
                        || extraBytes % Integer.BYTES != 0
                        || OLD_BYTES + extraBytes > raw.capacity())) {
            return null;
        }
        InodeChecksum checksum = filesystem.checksum();
        if (checksum != null && !checksum.matches(number, bytes, extraBytes)) {
            return null;
        }
        if (!FileType.isTyped(raw.getShort(0x0) & 0xFFFF)) {
            return null;
        }
        Inode inode = new Inode(raw, filesystem, extraBytes);
        return inode.isPlain() ? inode : null;
    }

    private boolean isPlain() {
        if ((flags() & ~USUAL_FLAGS) != 0 || links() == 0 || size() < 0) {
            return false;
        }
        long xattrs = xattrBlock();
        if (xattrs != 0 && !filesystem.holds(xattrs, 1)) {
            return false;
        }
        return switch (type) {
            case REGULAR -> usesExtents() ? hasFewExtents() : hasBlocks();
            case SYMBOLIC_LINK -> xattrs == 0 && !usesExtents() && sectors() == 0 && hasTarget();
            default -> false;
        };
    }

    private int flags() {
        return raw.getInt(0x20); // i_flags
    }

    private boolean usesExtents() {
        return (flags() & FLAG_EXTENTS) != 0;
    }

    private long xattrBlock() {
        long low = Integer.toUnsignedLong(raw.getInt(0x68)); // i_file_acl_lo
        long high = filesystem.wide() ? raw.getShort(0x76) & 0xFFFF : 0; // l_i_file_acl_high
        return low | high << 32;
    }

    /** Whether all its extents are here, and could be. That they do not overlap what is not data is left out: a checksum shows such damage. */
    private boolean hasFewExtents() {
        int count = extentCount();
        if ((raw.getShort(BLOCK) & 0xFFFF) != EXTENT_MAGIC
                || raw.getShort(BLOCK + 4) != MAX_EXTENTS // eh_max
                || raw.getShort(BLOCK + 6) != 0 // eh_depth
                || count > MAX_EXTENTS) {
            return false;
        }
        long end = 0;
        for (int i = 0; i < count; i++) {
            if (extentBlocks(i) == 0 || extentOffset(i) < end || !filesystem.holds(extentPlace(i), extentBlocks(i))) {
                return false;
            }
            end = extentOffset(i) + extentBlocks(i);
        }
        return true;
    }

    private boolean hasBlocks() {
        for (int at = BLOCK; at < BLOCK + BLOCK_BYTES; at += Integer.BYTES) {
            long block = Integer.toUnsignedLong(raw.getInt(at));
            if (block != 0 && !filesystem.holds(block, 1)) {
                return false;
            }
        }
        return true;
    }

    private boolean hasTarget() {
        int length = targetLength();
        for (int i = 0; i < length; i++) {
            if (raw.get(BLOCK + i) == 0) {
                return false;
            }
        }
        return length > 0 && length < BLOCK_BYTES && raw.get(BLOCK + length) == 0;
    }

    private int targetLength() {
        return (int) Math.min(size(), BLOCK_BYTES);
    }

    public FileType type() {
        return type;
    }

    /** Type and permissions, as in {@code st_mode}. */
    public int mode() {
        return raw.getShort(0x0) & 0xFFFF;
    }

    public int links() {
        return raw.getShort(0x1A) & 0xFFFF;
    }

    public int uid() {
        return (raw.getShort(0x2) & 0xFFFF) | (raw.getShort(0x78) << 16);
    }

    public int gid() {
        return (raw.getShort(0x18) & 0xFFFF) | (raw.getShort(0x7A) << 16);
    }

    /** In bytes. */
    public long size() {
        long low = Integer.toUnsignedLong(raw.getInt(0x4));
        return type == FileType.REGULAR ? low | (long) raw.getInt(0x6C) << 32 : low;
    }

    /** What it takes, in units of 512 bytes. */
    public long sectors() {
        long low = Integer.toUnsignedLong(raw.getInt(0x1C));
        return filesystem.hugeFiles() ? low | (raw.getShort(0x74) & 0xFFFFL) << 32 : low;
    }

    /** Whether it cannot be removed or given another name. */
    public boolean isKept() {
        return (flags() & (FLAG_IMMUTABLE | FLAG_APPEND)) != 0;
    }

    /** Whether it may have extended attributes; not if there is no place where they could be. */
    public boolean mayHaveXattrs() {
        int at = OLD_BYTES + extraBytes;
        boolean within = at + 2 * Integer.BYTES <= raw.capacity()
                && raw.getInt(at) == XATTR_MAGIC
                && raw.getInt(at + Integer.BYTES) != 0;
        return within || xattrBlock() != 0;
    }

    /** A time of an inode. */
    public enum Time {
        ACCESSED(0x8, 0x8C),
        CHANGED(0xC, 0x84),
        MODIFIED(0x10, 0x88);

        private final int offset;
        private final int extraOffset;

        Time(int offset, int extraOffset) {
            this.offset = offset;
            this.extraOffset = extraOffset;
        }
    }

    /** Seconds since 1970. */
    public long seconds(Time time) {
        return raw.getInt(time.offset) + ((extra(time) & 3L) << 32);
    }

    /** Nanoseconds within the second; more than a second's if whoever wrote them was wrong. */
    public int nanos(Time time) {
        return extra(time) >>> 2;
    }

    /** Two bits of seconds beyond 32, and the nanoseconds. */
    private int extra(Time time) {
        return raw.capacity() > OLD_BYTES ? raw.getInt(time.extraOffset) : 0;
    }

    /** The target of a symbolic link. */
    public byte[] target() {
        byte[] bytes = new byte[targetLength()];
        raw.get(BLOCK, bytes);
        return bytes;
    }

    /**
     * Where all there is in a regular file is; null if that is nowhere, in several places, or not in the inode, and if no checksum shows that
     * it is what was written there.
     *
     * @param drive on which the filesystem is
     * @param start where on the drive it begins, in bytes
     */
    public @Nullable FileExtent contents(int drive, long start) {
        if (filesystem.checksum() == null || type != FileType.REGULAR || !usesExtents() || extentCount() != 1) {
            return null;
        }
        long length = extentBlocks(0) * filesystem.blockBytes();
        if (!isWritten(0) || extentOffset(0) != 0 || length < size()) {
            return null;
        }
        return FileExtent.onDrive(0, length, drive, start + extentPlace(0) * filesystem.blockBytes());
    }

    private int extentCount() {
        return raw.getShort(BLOCK + 2) & 0xFFFF; // eh_entries
    }

    /** ee_block. */
    private long extentOffset(int index) {
        return Integer.toUnsignedLong(raw.getInt(extent(index)));
    }

    private long extentBlocks(int index) {
        int length = raw.getShort(extent(index) + 4) & 0xFFFF; // ee_len
        return length > MAX_EXTENT_BLOCKS ? length - MAX_EXTENT_BLOCKS : length;
    }

    private boolean isWritten(int index) {
        return (raw.getShort(extent(index) + 4) & 0xFFFF) <= MAX_EXTENT_BLOCKS;
    }

    private long extentPlace(int index) {
        long high = raw.getShort(extent(index) + 6) & 0xFFFF; // ee_start_hi
        return high << 32 | Integer.toUnsignedLong(raw.getInt(extent(index) + 8)); // ee_start_lo
    }

    private static int extent(int index) {
        return BLOCK + EXTENT_BYTES * (1 + index);
    }
}
