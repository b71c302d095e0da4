package org.guestmount.appliance.daemon;

import java.nio.ByteBuffer;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.FilesystemStatistics;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.Timestamp;
import org.jspecify.annotations.Nullable;

/** Attributes of inodes and filesystems, read from the kernel's structs. */
final class Stat {
    private static final int NANOS_PER_SECOND = 1_000_000_000;

    private Stat() {}

    /** What an open descriptor, {@code O_PATH} or not, refers to. */
    static FileAttributes ofDescriptor(int descriptor, Object subject) throws GuestFilesystemException {
        return attributes(statx(descriptor, subject));
    }

    /** What a name in a directory names. */
    static FileAttributes ofEntry(int directory, String name, Object subject) throws GuestFilesystemException {
        Scratch scratch = Scratch.ofThread();
        long address = scratch.putString(Scratch.NAME, name);
        Syscalls.check(call(scratch, directory, address, Abi.AT_SYMLINK_NOFOLLOW), "stat", subject);
        return attributes(scratch.memory());
    }

    /** The {@code st_dev} of what an open descriptor refers to. */
    static long deviceOf(int descriptor, Object subject) throws GuestFilesystemException {
        return deviceNumber(statx(descriptor, subject), Abi.STATX_DEVICE_MAJOR, Abi.STATX_DEVICE_MINOR);
    }

    /** Where the device begins that the file of a descriptor is on; null if it is on no drive. */
    static BlockDevices.@Nullable Start startOfDevice(int descriptor, BlockDevices devices, Object subject)
            throws GuestFilesystemException {
        ByteBuffer struct = statx(descriptor, subject);
        int major = struct.getInt(Scratch.STRUCT + Abi.STATX_DEVICE_MAJOR);
        int minor = struct.getInt(Scratch.STRUCT + Abi.STATX_DEVICE_MINOR);
        return devices.start(major, minor);
    }

    /** What {@link #call} finds of an open descriptor, in {@link Scratch#STRUCT}. */
    static ByteBuffer statx(int descriptor, Object subject) throws GuestFilesystemException {
        Scratch scratch = Scratch.ofThread();
        Syscalls.check(call(scratch, descriptor, scratch.empty(), Abi.AT_EMPTY_PATH), "stat", subject);
        return scratch.memory();
    }

    /** statx(2) into {@link Scratch#STRUCT}; the result is the kernel's. */
    static long call(Scratch scratch, int directory, long name, int flags) {
        return Libc.syscall(
                Abi.SYS_STATX,
                directory,
                name,
                flags | Abi.AT_NO_AUTOMOUNT,
                Abi.STATX_BASIC_STATS,
                scratch.address(Scratch.STRUCT));
    }

    /** The type of what {@link #call} found. */
    static FileType type(Scratch scratch) {
        return FileType.ofMode(scratch.memory().getShort(Scratch.STRUCT + Abi.STATX_MODE) & 0xFFFF);
    }

    /**
     * Writes what {@link #call} found as {@link org.guestmount.core.protocol.FilesystemCodecs#decodeAttributes} reads it.
     */
    static void encode(ByteBuffer struct, ByteBuffer out) {
        int at = Scratch.STRUCT;
        out.putLong(deviceNumber(struct, Abi.STATX_DEVICE_MAJOR, Abi.STATX_DEVICE_MINOR))
                .putLong(struct.getLong(at + Abi.STATX_INODE))
                .putInt(struct.getShort(at + Abi.STATX_MODE) & 0xFFFF)
                .putInt(struct.getInt(at + Abi.STATX_LINKS))
                .putInt(struct.getInt(at + Abi.STATX_UID))
                .putInt(struct.getInt(at + Abi.STATX_GID))
                .putLong(specialDevice(struct))
                .putLong(struct.getLong(at + Abi.STATX_SIZE))
                .putLong(struct.getLong(at + Abi.STATX_BLOCKS))
                .putInt(struct.getInt(at + Abi.STATX_BLOCK_SIZE));
        encodeTime(struct, Abi.STATX_ACCESSED, out);
        encodeTime(struct, Abi.STATX_MODIFIED, out);
        encodeTime(struct, Abi.STATX_CHANGED, out);
        out.put((byte) 0).put((byte) (isRemovable(struct) ? 1 : 0));
    }

    private static boolean isRemovable(ByteBuffer struct) {
        long told = struct.getLong(Scratch.STRUCT + Abi.STATX_ATTRIBUTES_MASK) & Abi.STATX_ATTR_KEPT;
        long set = struct.getLong(Scratch.STRUCT + Abi.STATX_ATTRIBUTES) & Abi.STATX_ATTR_KEPT;
        return told == Abi.STATX_ATTR_KEPT && set == 0;
    }

    private static void encodeTime(ByteBuffer struct, int offset, ByteBuffer out) {
        out.putLong(seconds(struct, offset)).putInt(nanos(struct, offset));
    }

    /**
     * What kind of filesystem there is, and how it is mounted.
     *
     * @param type as in {@code struct statfs}
     * @param readOnly whether it refuses to be written to
     */
    record Kind(long type, boolean readOnly) {
        /** ext2, ext3 or ext4. */
        boolean isExt() {
            return type == Abi.EXT_SUPER_MAGIC;
        }

        /** These tell where data is and write it where they are told. */
        boolean isExtOrXfs() {
            return isExt() || type == Abi.XFS_SUPER_MAGIC;
        }
    }

    /** Of the filesystem a descriptor is on. */
    static Kind kindOfFilesystem(int descriptor, Object subject) throws GuestFilesystemException {
        ByteBuffer struct = statfs(descriptor, subject);
        return new Kind(
                struct.getLong(Scratch.STRUCT + Abi.STATFS_TYPE),
                (struct.getLong(Scratch.STRUCT + Abi.STATFS_FLAGS) & Abi.ST_RDONLY) != 0);
    }

    private static ByteBuffer statfs(int descriptor, Object subject) throws GuestFilesystemException {
        Scratch scratch = Scratch.ofThread();
        Syscalls.check(
                Libc.syscall(Abi.SYS_FSTATFS, descriptor, scratch.address(Scratch.STRUCT), 0, 0, 0), "statfs", subject);
        return scratch.memory();
    }

    /** statvfs(3) of the filesystem a descriptor is on. */
    static FilesystemStatistics ofFilesystem(int descriptor, Object subject) throws GuestFilesystemException {
        ByteBuffer struct = statfs(descriptor, subject);
        long blockSize = struct.getLong(Scratch.STRUCT + Abi.STATFS_BLOCK_SIZE);
        long fragmentSize = struct.getLong(Scratch.STRUCT + Abi.STATFS_FRAGMENT_SIZE);
        long freeFiles = struct.getLong(Scratch.STRUCT + Abi.STATFS_FREE_FILES);
        return new FilesystemStatistics(
                blockSize,
                fragmentSize == 0 ? blockSize : fragmentSize,
                struct.getLong(Scratch.STRUCT + Abi.STATFS_BLOCKS),
                struct.getLong(Scratch.STRUCT + Abi.STATFS_FREE_BLOCKS),
                struct.getLong(Scratch.STRUCT + Abi.STATFS_AVAILABLE_BLOCKS),
                struct.getLong(Scratch.STRUCT + Abi.STATFS_FILES),
                freeFiles,
                freeFiles,
                (int) struct.getLong(Scratch.STRUCT + Abi.STATFS_NAME_MAX));
    }

    private static FileAttributes attributes(ByteBuffer struct) {
        int at = Scratch.STRUCT;
        int mode = struct.getShort(at + Abi.STATX_MODE) & 0xFFFF;
        return new FileAttributes(
                deviceNumber(struct, Abi.STATX_DEVICE_MAJOR, Abi.STATX_DEVICE_MINOR),
                struct.getLong(at + Abi.STATX_INODE),
                mode,
                struct.getInt(at + Abi.STATX_LINKS),
                struct.getInt(at + Abi.STATX_UID),
                struct.getInt(at + Abi.STATX_GID),
                specialDevice(struct),
                struct.getLong(at + Abi.STATX_SIZE),
                struct.getLong(at + Abi.STATX_BLOCKS),
                struct.getInt(at + Abi.STATX_BLOCK_SIZE),
                time(struct, Abi.STATX_ACCESSED),
                time(struct, Abi.STATX_MODIFIED),
                time(struct, Abi.STATX_CHANGED),
                false,
                isRemovable(struct));
    }

    /** The number of a device node, 0 for anything else. */
    private static long specialDevice(ByteBuffer struct) {
        FileType type = FileType.ofMode(struct.getShort(Scratch.STRUCT + Abi.STATX_MODE) & 0xFFFF);
        boolean isDevice = type == FileType.CHARACTER_DEVICE || type == FileType.BLOCK_DEVICE;
        return isDevice ? deviceNumber(struct, Abi.STATX_RDEV_MAJOR, Abi.STATX_RDEV_MINOR) : 0;
    }

    /** The kernel's {@code huge_encode_dev}: 12 bits of major and 20 of minor, the minor's upper 12 above the major. */
    private static long deviceNumber(ByteBuffer struct, int majorOffset, int minorOffset) {
        long major = Integer.toUnsignedLong(struct.getInt(Scratch.STRUCT + majorOffset));
        long minor = Integer.toUnsignedLong(struct.getInt(Scratch.STRUCT + minorOffset));
        return (minor & 0xFF) | (major << 8) | ((minor & ~0xFFL) << 12);
    }

    private static Timestamp time(ByteBuffer struct, int offset) {
        return new Timestamp(seconds(struct, offset), nanos(struct, offset));
    }

    private static long seconds(ByteBuffer struct, int offset) {
        int nanos = struct.getInt(Scratch.STRUCT + offset + 8);
        return struct.getLong(Scratch.STRUCT + offset) + Math.floorDiv(nanos, NANOS_PER_SECOND);
    }

    /** The kernel keeps nanoseconds positive; what a damaged filesystem has is brought into range. */
    private static int nanos(ByteBuffer struct, int offset) {
        return Math.floorMod(struct.getInt(Scratch.STRUCT + offset + 8), NANOS_PER_SECOND);
    }
}
