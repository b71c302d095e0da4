package org.guestmount.appliance.daemon;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.jspecify.annotations.Nullable;

/** Of the filesystems that are mounted read-only those whose inodes can be had without the kernel. Owns them. */
final class InodeTables implements AutoCloseable {
    private final GuestRoot root;
    private final BlockDevices devices;
    private final Map<Long, UnchangingInodes> byDevice = new ConcurrentHashMap<>();

    InodeTables(GuestRoot root, BlockDevices devices) {
        this.root = root;
        this.devices = devices;
    }

    /**
     * Takes a filesystem in, if it is of that kind, that was mounted just now and read-only.
     *
     * @param node the device it is on
     */
    void add(GuestPath mountpoint, String node) {
        try {
            int mounted = root.locateDirectory(mountpoint, "look at");
            try {
                add(mounted, mountpoint, node);
            } finally {
                Syscalls.close(mounted);
            }
        } catch (GuestFilesystemException e) {
            // It is mounted all the same, and the kernel knows its inodes.
            return;
        }
    }

    private void add(int mounted, GuestPath mountpoint, String node) throws GuestFilesystemException {
        long device = Stat.deviceOf(mounted, mountpoint);
        if (Stat.kindOfFilesystem(mounted, mountpoint).isExt() && !byDevice.containsKey(device)) {
            UnchangingInodes inodes = UnchangingInodes.of(mounted, mountpoint, node, devices);
            if (inodes != null) {
                byDevice.put(device, inodes);
            }
        }
    }

    /** Those of the filesystem a descriptor is on; null if only the kernel can tell. */
    @Nullable
    UnchangingInodes of(int descriptor, Object subject) throws GuestFilesystemException {
        return byDevice.isEmpty() ? null : byDevice.get(Stat.deviceOf(descriptor, subject));
    }

    /** Lets go of all devices, so that they can be stopped. */
    @Override
    public void close() {
        byDevice.values().forEach(UnchangingInodes::close);
        byDevice.clear();
    }
}
