package org.guestmount.core.appliance;

import java.nio.file.Path;

/**
 * A kernel and initramfs that QEMU boots to get a guest running our daemon.
 *
 * @param kernel a Linux image that QEMU's {@code -kernel} accepts
 * @param initramfs a cpio archive, possibly compressed
 * @param kernelRelease as {@code uname -r} will say in the guest
 * @param digest hexadecimal, of every input: two appliances with one digest are the same
 */
public record Appliance(Path kernel, Path initramfs, String kernelRelease, String digest) {
    /** The name of the virtio-serial port the daemon answers on. */
    public static final String DAEMON_PORT = "org.guestmount.daemon.0";

    /** How much memory host and guest share, for file data. */
    public static final int WINDOW_BYTES = 16 << 20;

    /**
     * The variable, in the environment of the guest's first process, that says where the shared memory is:
     * {@code BYTES$ADDRESS}, of physical memory.
     */
    public static final String WINDOW_VARIABLE = "guestmount_window";

    /** Where it is, and where what is made of it may be kept: it goes when the appliance does. */
    public Path folder() {
        return kernel.resolveSibling("").toAbsolutePath();
    }

    /** What its files take on the disk. */
    public long sizeBytes() {
        return kernel.toFile().length() + initramfs.toFile().length();
    }
}
