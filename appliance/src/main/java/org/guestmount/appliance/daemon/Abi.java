package org.guestmount.appliance.daemon;

/**
 * The kernel's numbers: what differs between architectures is here and nowhere else, and is x86-64's.
 *
 * <p>Source: arch/x86/entry/syscalls/syscall_64.tbl and include/uapi of the Linux kernel; syscalls(2).
 */
final class Abi {
    static final int SYS_READ = 0;
    static final int SYS_WRITE = 1;
    static final int SYS_CLOSE = 3;
    static final int SYS_POLL = 7;
    static final int SYS_LSEEK = 8;
    static final int SYS_IOCTL = 16;
    static final int SYS_PREAD64 = 17;
    static final int SYS_PWRITE64 = 18;
    static final int SYS_DUP = 32;
    static final int SYS_FSYNC = 74;
    static final int SYS_FDATASYNC = 75;
    static final int SYS_TRUNCATE = 76;
    static final int SYS_FTRUNCATE = 77;
    static final int SYS_FCHDIR = 81;
    static final int SYS_CHMOD = 90;
    static final int SYS_FCHMOD = 91;
    static final int SYS_UMASK = 95;
    static final int SYS_SETFSUID = 122;
    static final int SYS_SETFSGID = 123;
    static final int SYS_FSTATFS = 138;
    static final int SYS_PRCTL = 157;
    static final int SYS_SETRLIMIT = 160;
    static final int SYS_MOUNT = 165;
    static final int SYS_UMOUNT2 = 166;
    static final int SYS_REBOOT = 169;
    static final int SYS_SETXATTR = 188;
    static final int SYS_GETXATTR = 191;
    static final int SYS_LISTXATTR = 194;
    static final int SYS_LLISTXATTR = 195;
    static final int SYS_REMOVEXATTR = 197;
    static final int SYS_GETDENTS64 = 217;
    static final int SYS_FADVISE64 = 221;
    static final int SYS_CLOCK_SETTIME = 227;
    static final int SYS_MKDIRAT = 258;
    static final int SYS_MKNODAT = 259;
    static final int SYS_FCHOWNAT = 260;
    static final int SYS_UNLINKAT = 263;
    static final int SYS_LINKAT = 265;
    static final int SYS_SYMLINKAT = 266;
    static final int SYS_READLINKAT = 267;
    static final int SYS_UNSHARE = 272;
    static final int SYS_UTIMENSAT = 280;
    static final int SYS_FALLOCATE = 285;
    static final int SYS_DUP3 = 292;
    static final int SYS_SYNCFS = 306;
    static final int SYS_RENAMEAT2 = 316;
    static final int SYS_STATX = 332;
    static final int SYS_OPENAT2 = 437;

    static final int POSIX_FADV_WILLNEED = 3;

    static final int PROT_READ = 1;
    static final int PROT_WRITE = 2;
    static final int MAP_SHARED = 1;

    static final int FS_IOC_FIEMAP = 0xC020660B;
    static final int FS_IOC_GETFLAGS = 0x80086601;
    static final int FS_JOURNAL_DATA_FL = 0x4000;
    static final int FIEMAP_FLAG_SYNC = 1;

    static final int RNDADDENTROPY = 0x40085203;
    static final int RNDRESEEDCRNG = 0x5207;

    static final int AT_FDCWD = -100;
    static final int AT_SYMLINK_NOFOLLOW = 0x100;
    static final int AT_REMOVEDIR = 0x200;
    static final int AT_NO_AUTOMOUNT = 0x800;
    static final int AT_EMPTY_PATH = 0x1000;

    static final int O_RDONLY = 0;
    static final int O_WRONLY = 01;
    static final int O_RDWR = 02;
    static final int O_CREAT = 0100;
    static final int O_EXCL = 0200;
    static final int O_NOCTTY = 0400;
    static final int O_NONBLOCK = 04000;
    static final int O_DIRECT = 040000;
    static final int O_DIRECTORY = 0200000;
    static final int O_NOFOLLOW = 0400000;
    static final int O_NOATIME = 01000000;
    static final int O_CLOEXEC = 02000000;
    static final int O_PATH = 010000000;

    static final int RESOLVE_NO_MAGICLINKS = 0x02;
    static final int RESOLVE_NO_SYMLINKS = 0x04;
    static final int RESOLVE_BENEATH = 0x08;
    static final int RESOLVE_IN_ROOT = 0x10;

    /** With the terminating NUL, so that the longest path is one byte less. */
    static final int PATH_MAX = 4096;

    static final int STATX_BASIC_STATS = 0x7ff;

    /** Offsets within {@code struct statx}; a time is 64 bits of seconds and 32 of nanoseconds. */
    static final int STATX_BLOCK_SIZE = 4;

    static final int STATX_ATTRIBUTES = 8;
    static final int STATX_LINKS = 16;
    static final int STATX_UID = 20;
    static final int STATX_GID = 24;
    static final int STATX_MODE = 28;
    static final int STATX_INODE = 32;
    static final int STATX_SIZE = 40;
    static final int STATX_BLOCKS = 48;
    static final int STATX_ATTRIBUTES_MASK = 56;
    static final int STATX_ACCESSED = 64;
    static final int STATX_CHANGED = 96;
    static final int STATX_MODIFIED = 112;
    static final int STATX_RDEV_MAJOR = 128;
    static final int STATX_RDEV_MINOR = 132;
    static final int STATX_DEVICE_MAJOR = 136;
    static final int STATX_DEVICE_MINOR = 140;

    /** {@code STATX_ATTR_IMMUTABLE} and {@code STATX_ATTR_APPEND}. */
    static final int STATX_ATTR_KEPT = 0x10 | 0x20;

    /** Types of filesystems, of linux/magic.h: ext2, ext3 and ext4 have the same. */
    static final long EXT_SUPER_MAGIC = 0xEF53;

    static final long XFS_SUPER_MAGIC = 0x58465342;

    /** Offsets within {@code struct statfs}, all of 64 bits. */
    static final int STATFS_TYPE = 0;

    static final int STATFS_BLOCK_SIZE = 8;
    static final int STATFS_BLOCKS = 16;
    static final int STATFS_FREE_BLOCKS = 24;
    static final int STATFS_AVAILABLE_BLOCKS = 32;
    static final int STATFS_FILES = 40;
    static final int STATFS_FREE_FILES = 48;
    static final int STATFS_NAME_MAX = 64;
    static final int STATFS_FRAGMENT_SIZE = 72;
    static final int STATFS_FLAGS = 80;

    static final int ST_RDONLY = 1;

    /** Offsets within {@code struct linux_dirent64}. */
    static final int DIRENT_INODE = 0;

    static final int DIRENT_LENGTH = 16;

    static final int DIRENT_TYPE = 18;
    static final int DIRENT_NAME = 19;

    static final int DT_REG = 8;
    static final int DT_LNK = 10;

    /** The bits of a mode, below its type, that are the {@code d_type} of a directory's entry. */
    static final int TYPE_SHIFT = 12;

    static final int UTIME_NOW = 0x3fffffff;
    static final int UTIME_OMIT = 0x3ffffffe;

    static final int SEEK_END = 2;

    static final int POLLIN = 0x01;
    static final int POLLHUP = 0x10;

    static final int PR_SET_SECUREBITS = 28;
    static final int SECBIT_NO_SETUID_FIXUP = 4;

    static final int MS_RDONLY = 1;
    static final int MS_NOSUID = 2;
    static final int MS_NODEV = 4;
    static final int MS_NOEXEC = 8;
    static final int MS_SYNCHRONOUS = 16;
    static final int MS_REMOUNT = 32;
    static final int MS_MANDLOCK = 64;
    static final int MS_DIRSYNC = 128;
    static final int MS_NOATIME = 1024;
    static final int MS_NODIRATIME = 2048;
    static final int MS_BIND = 4096;
    static final int MS_SILENT = 32768;
    static final int MS_RELATIME = 1 << 21;
    static final int MS_STRICTATIME = 1 << 24;
    static final int MS_LAZYTIME = 1 << 25;

    static final int UMOUNT_NOFOLLOW = 8;

    static final int CLONE_FS = 0x200;

    static final int BTRFS_IOC_TREE_SEARCH = 0xD0009411;
    static final int BTRFS_IOC_INO_LOOKUP = 0xD0009412;

    /** Makes the kernel read a disk's partition table again. */
    static final int BLKRRPART = 0x125f;

    /** Lets go of an MD array, which is clean then. */
    static final int STOP_ARRAY = 0x932;

    /** Makes btrfs know one device of a filesystem. */
    static final int BTRFS_IOC_SCAN_DEV = 0x50009404;

    static final int DM_DEV_REMOVE = 0xC138FD04;

    /** Size of {@code struct dm_ioctl}, and offsets within it. */
    static final int DM_IOCTL_BYTES = 312;

    static final int DM_IOCTL_SIZE = 12;
    static final int DM_IOCTL_START = 16;
    static final int DM_IOCTL_NAME = 48;

    static final int LOOP_CTL_GET_FREE = 0x4C82;
    static final int LOOP_CONFIGURE = 0x4C0A;
    static final int LOOP_CLR_FD = 0x4C01;

    /** Size of {@code struct loop_config}, and offset of the flags within it. */
    static final int LOOP_CONFIG_BYTES = 304;

    static final int LOOP_CONFIG_FLAGS = 60;
    static final int LO_FLAGS_PARTSCAN = 8;

    static final int RLIMIT_NOFILE = 7;

    static final int CLOCK_REALTIME = 0;

    static final long REBOOT_MAGIC1 = 0xfee1deadL;
    static final long REBOOT_MAGIC2 = 672274793;
    static final long REBOOT_POWER_OFF = 0x4321fedcL;

    private Abi() {}
}
