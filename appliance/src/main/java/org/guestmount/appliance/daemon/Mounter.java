package org.guestmount.appliance.daemon;

import java.util.ArrayList;
import java.util.List;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.machine.MountOutcome;
import org.guestmount.core.machine.MountRequest;

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
    private final Blkid blkid;

    /** @param staging where filesystems are mounted of which a part is wanted only */
    Mounter(GuestRoot root, Staging staging, Blkid blkid) {
        this.root = root;
        this.staging = staging;
        this.blkid = blkid;
    }

    /**
     * Mounts a filesystem.
     *
     * @param node the device's path
     * @param type whatever the request says about it
     * @return with what the helper said, if there was one
     */
    MountOutcome mount(String node, String type, MountRequest request) throws GuestFilesystemException {
        requireDevice(request.device(), node);
        String folder = MountOptions.value(request.options(), SUBDIRECTORY);
        int point = root.locateDirectory(request.mountpoint(), "mount on");
        String said;
        try {
            said = folder.isEmpty()
                    ? mountWhole(node, type, request, point)
                    : mountFolder(node, type, request, folder, point);
        } finally {
            Syscalls.close(point);
        }
        if (request.mountpoint().isRoot()) {
            root.showMounted();
        }
        return new MountOutcome(isReadOnly(request.mountpoint()), said);
    }

    private boolean isReadOnly(GuestPath mountpoint) throws GuestFilesystemException {
        int mounted = root.locateDirectory(mountpoint, "look at");
        try {
            return Stat.kindOfFilesystem(mounted, mountpoint).readOnly();
        } finally {
            Syscalls.close(mounted);
        }
    }

    private String mountWhole(String node, String type, MountRequest request, int point)
            throws GuestFilesystemException {
        String options = type.equals("ufs") ? withUfsType(node, request.options()) : request.options();
        setUmask(MOUNTING_UMASK);
        try {
            long result = mountByKernel(node, point, type.equals("ntfs") ? "ntfs3" : type, options);
            if (Syscalls.failedWith(result, Errno.ENODEV)) {
                return mountByHelper(node, point, type, options);
            }
            Syscalls.check(result, "mount " + type + " on", request.device());
            return "";
        } finally {
            setUmask(0);
        }
    }

    /** The kernel does not find out which of the layouts it is, and shows nothing with the wrong one. */
    private String withUfsType(String node, String options) {
        return options.contains("ufstype=")
                ? options
                : MountRequest.joined(options, "ufstype=" + blkid.ufsLayout(node));
    }

    /** Mounts the whole apart, a folder of it where it is wanted, and has the whole disappear again. */
    private String mountFolder(String node, String type, MountRequest request, String folder, int point)
            throws GuestFilesystemException {
        String others = MountOptions.without(request.options(), SUBDIRECTORY);
        try (Staging.Mounted whole = staging.mount(request.device(), node, type, others)) {
            int part = whole.root().locateDirectory(GuestPath.ofText(folder), "mount");
            try {
                Scratch scratch = Scratch.ofThread();
                long source = scratch.putDescriptorPath(Scratch.NAME, part);
                long target = scratch.putDescriptorPath(Scratch.SECOND_NAME, point);
                Syscalls.check(
                        Libc.syscall(Abi.SYS_MOUNT, source, target, scratch.empty(), Abi.MS_BIND, 0),
                        "mount " + folder + " of",
                        request.device());
            } finally {
                Syscalls.close(part);
            }
            return whole.said();
        } catch (IllegalArgumentException e) {
            throw new GuestFilesystemException(Errno.EINVAL, request.device() + ": " + e.getMessage(), e);
        }
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
        // It otherwise takes 4 KiB at a time.
        String all = helper.endsWith(NTFS_3G) ? MountRequest.joined(options, "big_writes") : options;
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

    private static String pathOf(int point) throws GuestFilesystemException {
        return GuestPath.textOfBytes(SystemFiles.readLink("/proc/self/fd/" + point));
    }
}
