package org.guestmount.appliance.daemon;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.machine.MountRequest;
import org.jspecify.annotations.Nullable;

/** Of the filesystems that are mounted read-only those whose inodes can be had without the kernel. Owns them. */
final class InodeTables implements AutoCloseable {
    /** With these, ext4 has other owners than inodes say, or its superblock elsewhere. */
    private static final String[] CHANGING = {"nouid32", "sb"};

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
    void add(MountRequest request, String node) throws GuestFilesystemException {
        GuestPath mountpoint = request.mountpoint();
        int mounted = root.locateDirectory(mountpoint, "look at");
        try {
            if (!Stat.kindOfFilesystem(mounted, mountpoint).isExt() || isChanged(request.options())) {
                return;
            }
            long device = Stat.deviceOf(mounted, mountpoint);
            UnchangingInodes inodes =
                    byDevice.containsKey(device) ? null : UnchangingInodes.of(mounted, mountpoint, node, devices);
            if (inodes != null) {
                byDevice.put(device, inodes);
            }
        } finally {
            Syscalls.close(mounted);
        }
    }

    /** Unlike {@link MountOptions}, the kernel splits at every comma, within quotes too. */
    private static boolean isChanged(String options) {
        for (String option : options.split(",", -1)) {
            for (String changing : CHANGING) {
                if (option.equals(changing) || option.startsWith(changing + "=")) {
                    return true;
                }
            }
        }
        return false;
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
