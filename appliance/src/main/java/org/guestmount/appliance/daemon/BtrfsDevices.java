package org.guestmount.appliance.daemon;

import java.io.File;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.guestmount.core.fs.GuestFilesystemException;

/**
 * What btrfs needs beyond mounting: its kernel module has to be told of every device of a filesystem that has several.
 *
 * <p>Source: include/uapi/linux/btrfs.h and btrfs_tree.h of the Linux kernel, btrfs-subvolume(8).
 */
final class BtrfsDevices {
    private static final int SUPERBLOCK = 1 << 16;
    private static final int MAGIC = 0x40;
    private static final int DEVICE_COUNT = 0x88;
    private static final byte[] MAGIC_BYTES = {'_', 'B', 'H', 'R', 'f', 'S', '_', 'M'};

    /** Offset of the name in {@code struct btrfs_ioctl_vol_args}. */
    private static final int NAME = 8;

    private static final String MOUNTPOINT = "/run/btrfs";

    private static final String CONTROL = "/dev/btrfs-control";

    /** How many subvolumes are listed. */
    private static final int MAX_SUBVOLUMES = 100;

    private static final int LIST_SECONDS = 60;

    private BtrfsDevices() {}

    /** Whether the filesystem that this device is a part of has others. */
    static boolean hasSeveral(String node) throws GuestFilesystemException {
        byte[] superblock = SystemFiles.readAt(node, SUPERBLOCK, DEVICE_COUNT + Long.BYTES);
        if (superblock.length < DEVICE_COUNT + Long.BYTES) {
            return false;
        }
        for (int i = 0; i < MAGIC_BYTES.length; i++) {
            if (superblock[MAGIC + i] != MAGIC_BYTES[i]) {
                return false;
            }
        }
        return ByteBuffer.wrap(superblock).order(ByteOrder.LITTLE_ENDIAN).getLong(DEVICE_COUNT) != 1;
    }

    /** Tells the kernel of a device. */
    static void scan(String node) throws GuestFilesystemException {
        int control = (int) Syscalls.check(Syscalls.open(CONTROL, Abi.O_RDWR), "open", CONTROL);
        try {
            Scratch scratch = Scratch.ofThread();
            byte[] name = node.getBytes(StandardCharsets.ISO_8859_1);
            scratch.memory().put(Scratch.STRUCT + NAME, name).put(Scratch.STRUCT + NAME + name.length, (byte) 0);
            Syscalls.check(
                    Syscalls.ioctl(control, Abi.BTRFS_IOC_SCAN_DEV, scratch.address(Scratch.STRUCT)), "scan", node);
        } finally {
            Syscalls.close(control);
        }
    }

    /**
     * Paths of a filesystem's subvolumes, in the order in which they were made; none if that cannot be told. The filesystem is mounted
     * for it, in a way that changes nothing.
     */
    static List<String> subvolumes(String node) throws GuestFilesystemException {
        String program = HelperProgram.find("btrfs");
        if (program == null) {
            return List.of();
        }
        new File(MOUNTPOINT).mkdirs();
        Scratch scratch = Scratch.ofThread();
        long mounted = Libc.syscall(
                Abi.SYS_MOUNT,
                scratch.putString(Scratch.NAME, node),
                scratch.putString(Scratch.SECOND_NAME, MOUNTPOINT),
                scratch.putString(Scratch.STRUCT, "btrfs"),
                Abi.MS_RDONLY | Abi.MS_NODEV | Abi.MS_NOSUID | Abi.MS_NOEXEC,
                scratch.putString(Scratch.DATA, "rescue=nologreplay,subvolid=5"));
        if (mounted < 0) {
            return List.of();
        }
        try {
            return list(program, MOUNTPOINT);
        } finally {
            Libc.syscall(Abi.SYS_UMOUNT2, Scratch.ofThread().putString(Scratch.NAME, MOUNTPOINT), 0, 0, 0, 0);
        }
    }

    private static List<String> list(String program, String mountpoint) throws GuestFilesystemException {
        HelperProgram.Result listed =
                HelperProgram.run(List.of(program, "subvolume", "list", mountpoint), LIST_SECONDS);
        return listed.status() == 0 ? parseSubvolumes(listed.output()) : List.of();
    }

    /** Reads lines such as {@code ID 256 gen 9 top level 5 path home/user}. */
    static List<String> parseSubvolumes(String listed) {
        List<String> subvolumes = new ArrayList<>();
        int end;
        for (int start = 0; start < listed.length() && subvolumes.size() < MAX_SUBVOLUMES; start = end + 1) {
            end = listed.indexOf('\n', start);
            end = end < 0 ? listed.length() : end;
            String line = listed.substring(start, end);
            int path = line.indexOf(" path ");
            if (line.startsWith("ID ") && path > 0) {
                subvolumes.add(line.substring(path + " path ".length()));
            }
        }
        return subvolumes;
    }
}
