package org.guestmount.appliance.daemon;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.guestmount.core.fs.GuestFilesystemException;

/**
 * What btrfs needs beyond mounting: its kernel module has to be told of every device of a filesystem that has several.
 *
 * <p>Source: include/uapi/linux/btrfs.h of the Linux kernel; Documentation/filesystems/btrfs.rst.
 */
final class BtrfsDevices {
    private static final int SUPERBLOCK = 1 << 16;
    private static final int MAGIC = 0x40;
    private static final int DEVICE_COUNT = 0x88;
    private static final byte[] MAGIC_BYTES = {'_', 'B', 'H', 'R', 'f', 'S', '_', 'M'};

    /** Offset of the name in {@code struct btrfs_ioctl_vol_args}. */
    private static final int NAME = 8;

    private static final String CONTROL = "/dev/btrfs-control";

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
}
