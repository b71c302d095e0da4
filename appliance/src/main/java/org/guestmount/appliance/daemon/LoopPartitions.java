package org.guestmount.appliance.daemon;

import org.guestmount.core.fs.GuestFilesystemException;

/**
 * Partitions within a volume of device-mapper's, where the kernel does not look for any: it does in a loop device on the volume.
 *
 * <p>Source: loop(4).
 */
final class LoopPartitions {
    private static final String CONTROL = "/dev/loop-control";

    private LoopPartitions() {}

    /** Has the kernel make block devices of a volume's partitions. */
    static void attach(String node) throws GuestFilesystemException {
        int control = (int) Syscalls.check(Syscalls.open(CONTROL, Abi.O_RDWR), "open", CONTROL);
        long number = Syscalls.ioctl(control, Abi.LOOP_CTL_GET_FREE, 0);
        Syscalls.close(control);
        String loop = "/dev/loop" + Syscalls.check(number, "find", "a loop device");
        int volume = (int) Syscalls.check(Syscalls.open(node, Abi.O_RDWR), "open", node);
        try {
            int device = (int) Syscalls.check(Syscalls.open(loop, Abi.O_RDWR), "open", loop);
            try {
                Scratch scratch = Scratch.ofThread();
                scratch.memory().put(Scratch.STRUCT, new byte[Abi.LOOP_CONFIG_BYTES]);
                scratch.memory()
                        .putInt(Scratch.STRUCT, volume)
                        .putInt(Scratch.STRUCT + Abi.LOOP_CONFIG_FLAGS, Abi.LO_FLAGS_PARTSCAN);
                long address = scratch.address(Scratch.STRUCT);
                Syscalls.check(Syscalls.ioctl(device, Abi.LOOP_CONFIGURE, address), "find the partitions of", node);
            } finally {
                Syscalls.close(device);
            }
        } finally {
            Syscalls.close(volume);
        }
    }
}
