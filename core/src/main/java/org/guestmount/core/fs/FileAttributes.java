package org.guestmount.core.fs;

import com.google.errorprone.annotations.Immutable;

/**
 * What stat(2) says of an inode. Numbers that stat has as unsigned are carried in the same bits.
 *
 * @param device the guest's {@code st_dev}: tells the guest's filesystems (and btrfs subvolumes) apart
 * @param inode the inode number, unique within {@code device} only; {@link #NO_INODE} if {@code provisional} and there is none yet
 * @param mode type and permission bits
 * @param links number of hard links
 * @param uid owner, unsigned
 * @param gid group, unsigned
 * @param rdev the device number of a device node in the kernel's 64-bit encoding, 0 otherwise
 * @param size in bytes, at least 0
 * @param blocks allocated, in units of 512 bytes
 * @param blockSize preferred I/O size, in bytes
 * @param provisional whether the guest has not confirmed them: times and blocks, and a directory's size and links, are
 *     guessed, or all of them of what it cannot read, so they are not to be remembered, but asked for when somebody wants them
 * @param removable whether its filesystem tells that it is neither immutable nor append-only, see ioctl_iflags(2), so that root may
 *     remove it
 */
@Immutable
public record FileAttributes(
        long device,
        long inode,
        int mode,
        int links,
        int uid,
        int gid,
        long rdev,
        long size,
        long blocks,
        int blockSize,
        Timestamp accessed,
        Timestamp modified,
        Timestamp changed,
        boolean provisional,
        boolean removable) {
    /** The number of no inode: the file is to be made. */
    public static final long NO_INODE = 0;

    private static final int SET_UID = 04000;
    private static final int SET_GID = 02000;
    private static final int GROUP_EXECUTES = 0010;

    public FileAttributes {
        if (!FileType.isTyped(mode)) {
            throw new IllegalArgumentException("no file type in mode 0" + Integer.toOctalString(mode));
        }
        if (size < 0) {
            throw new IllegalArgumentException("negative size: " + size);
        }
    }

    /** What the guest said of an inode of which it is not known whether it may be removed. */
    public FileAttributes(
            long device,
            long inode,
            int mode,
            int links,
            int uid,
            int gid,
            long rdev,
            long size,
            long blocks,
            int blockSize,
            Timestamp accessed,
            Timestamp modified,
            Timestamp changed) {
        this(
                device, inode, mode, links, uid, gid, rdev, size, blocks, blockSize, accessed, modified, changed, false,
                false);
    }

    /**
     * The mode after a change that takes privileges away: without setuid, and without setgid where the group may execute. A
     * directory's bits are no privileges, and stay. Source: chown(2), inode(7).
     */
    public int unprivilegedMode() {
        return isDirectory() ? mode : mode & ~(SET_UID | ((mode & GROUP_EXECUTES) != 0 ? SET_GID : 0));
    }

    public FileType type() {
        return FileType.ofMode(mode);
    }

    /** Whether the guest has such a file, so that {@link #key} is its own. */
    public boolean hasInode() {
        return !provisional || inode != NO_INODE;
    }

    public InodeKey key() {
        return new InodeKey(device, inode);
    }

    public boolean isDirectory() {
        return type() == FileType.DIRECTORY;
    }
}
