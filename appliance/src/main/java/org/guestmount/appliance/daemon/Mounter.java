package org.guestmount.appliance.daemon;

import java.util.ArrayList;
import java.util.List;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.machine.MountOutcome;

/**
 * Mounts one filesystem: by mount(2), or by a helper program where the kernel does not have it.
 *
 * <p>Source: mount(2), mount(8) on helpers.
 */
final class Mounter {
    /** A journal may have to be replayed from a slow disk. */
    private static final int MOUNT_SECONDS = 600;

    private static final String NTFS_3G = "ntfs-3g";

    /** mount(8)'s option for a folder of a filesystem instead of the whole. */
    private static final String SUBDIRECTORY = "X-mount.subdir";

    /** The usual one: filesystems without permissions, such as FAT, make them up with the umask of who mounts them. */
    private static final int MOUNTING_UMASK = 022;

    private final GuestRoot root;
    private final Staging staging;

    /** @param staging where filesystems are mounted of which a part is wanted only */
    Mounter(GuestRoot root, Staging staging) {
        this.root = root;
        this.staging = staging;
    }

    /**
     * Mounts a filesystem.
     *
     * @param device as the host calls it
     * @param node the device's path
     * @return with what the helper said, if there was one
     */
    MountOutcome mount(String device, String node, GuestPath mountpoint, String type, String options)
            throws GuestFilesystemException {
        requireDevice(device, node);
        String folder = MountOptions.value(options, SUBDIRECTORY);
        if (!folder.isEmpty()) {
            String others = MountOptions.without(options, SUBDIRECTORY);
            return mountFolder(device, node, mountpoint, type, others, folder);
        }
        int point = root.locateDirectory(mountpoint, "mount on");
        setUmask(MOUNTING_UMASK);
        String said = "";
        try {
            long result = mountByKernel(node, point, type.equals("ntfs") ? "ntfs3" : type, options);
            if (Syscalls.failedWith(result, Errno.ENODEV)) {
                said = mountByHelper(node, point, type, options);
            } else {
                Syscalls.check(result, "mount " + type + " on", device);
            }
        } finally {
            setUmask(0);
            Syscalls.close(point);
        }
        if (mountpoint.isRoot()) {
            root.showMounted();
        }
        return new MountOutcome(isReadOnly(mountpoint), said);
    }

    private boolean isReadOnly(GuestPath mountpoint) throws GuestFilesystemException {
        int mounted = root.locateDirectory(mountpoint, "look at");
        try {
            return Stat.isReadOnly(mounted, mountpoint);
        } finally {
            Syscalls.close(mounted);
        }
    }

    /** Mounts the whole apart, a folder of it where it is wanted, and has the whole disappear again. */
    private MountOutcome mountFolder(
            String device, String node, GuestPath mountpoint, String type, String options, String folder)
            throws GuestFilesystemException {
        int point = root.locateDirectory(mountpoint, "mount on");
        String said = "";
        try (Staging.Mounted whole = staging.mount(device, node, type, options)) {
            said = whole.said();
            int part = whole.root().locateDirectory(GuestPath.ofText(folder), "mount");
            try {
                Scratch scratch = Scratch.ofThread();
                long source = scratch.putDescriptorPath(Scratch.NAME, part);
                long target = scratch.putDescriptorPath(Scratch.SECOND_NAME, point);
                Syscalls.check(
                        Libc.syscall(Abi.SYS_MOUNT, source, target, scratch.empty(), Abi.MS_BIND, 0),
                        "mount " + folder + " of",
                        device);
            } finally {
                Syscalls.close(part);
            }
        } catch (IllegalArgumentException e) {
            throw new GuestFilesystemException(Errno.EINVAL, device + ": " + e.getMessage(), e);
        } finally {
            Syscalls.close(point);
        }
        if (mountpoint.isRoot()) {
            root.showMounted();
        }
        return new MountOutcome(isReadOnly(mountpoint), said);
    }

    /** Sets the umask of this thread only: others make files meanwhile. */
    private static void setUmask(int umask) throws GuestFilesystemException {
        Syscalls.check(Libc.syscall(Abi.SYS_UNSHARE, Abi.CLONE_FS, 0, 0, 0, 0), "set umask for", "mounting");
        Libc.syscall(Abi.SYS_UMASK, umask, 0, 0, 0, 0);
    }

    private static void requireDevice(String device, String node) throws GuestFilesystemException {
        long found = Syscalls.open(node, Abi.O_PATH);
        if (Syscalls.failedWith(found, Errno.ENOENT)) {
            throw new GuestFilesystemException(Errno.ENXIO, device + ": there is no such device");
        }
        Syscalls.close((int) Syscalls.check(found, "find", device));
    }

    /** mount(2); returns 0 or the negative errno. */
    private static long mountByKernel(String node, int point, String type, String options)
            throws GuestFilesystemException {
        MountOptions parsed = MountOptions.parse(GuestPath.bytesOfText(options));
        Scratch scratch = Scratch.ofThread();
        return Libc.syscall(
                Abi.SYS_MOUNT,
                scratch.putString(Scratch.NAME, node),
                scratch.putDescriptorPath(Scratch.SECOND_NAME, point),
                scratch.putString(Scratch.STRUCT, type),
                parsed.flags(),
                scratch.putString(Scratch.DATA, parsed.data()));
    }

    private static String mountByHelper(String node, int point, String type, String options)
            throws GuestFilesystemException {
        boolean isNtfs = type.equals("ntfs") || type.equals(NTFS_3G);
        String helper = HelperProgram.find(isNtfs ? NTFS_3G : "mount." + type);
        if (helper == null) {
            throw new GuestFilesystemException(
                    Errno.ENODEV,
                    "the appliance's kernel does not have the filesystem " + type
                            + "; guestmount-appliance info tells which it has and what brings others");
        }
        List<String> command = new ArrayList<>(List.of(helper, node, pathOf(point)));
        String all = helper.endsWith(NTFS_3G) ? withLargeWrites(options) : options;
        if (!all.isEmpty()) {
            command.add("-o");
            command.add(all);
        }
        // It returns when the filesystem is mounted, and goes on in the background.
        HelperProgram.Result result = HelperProgram.run(command, MOUNT_SECONDS);
        if (result.status() != 0) {
            throw new GuestFilesystemException(
                    Errno.EINVAL, String.join(" ", command) + ": status " + result.status() + ": " + result.output());
        }
        return result.output();
    }

    /** ntfs-3g otherwise takes 4 KiB at a time. */
    private static String withLargeWrites(String options) {
        return options.isEmpty() ? "big_writes" : options + ",big_writes";
    }

    private static String pathOf(int point) throws GuestFilesystemException {
        return GuestPath.textOfBytes(SystemFiles.readLink("/proc/self/fd/" + point));
    }
}
