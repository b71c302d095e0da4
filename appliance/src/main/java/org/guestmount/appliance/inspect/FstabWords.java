package org.guestmount.appliance.inspect;

/** What the words in fstab(5) say about where something is. */
final class FstabWords {
    private static final String[] SYSTEM_FOLDERS = {"/dev", "/proc", "/sys", "/run", "/selinux"};

    private static final String[] REMOVABLE = {"/dev/fd", "/dev/floppy", "/dev/cdrom", "/dev/dvd", "/dev/sr", "/dev/cd"
    };

    private FstabWords() {}

    /** Whether filesystems of this type are not on a disk. */
    static boolean isVirtual(String type) {
        return switch (type) {
            case "swap", "tmpfs", "ramfs", "rootfs", "devtmpfs", "devpts", "devfs", "proc", "procfs", "sysfs" -> true;
            case "cgroup", "cgroup2", "debugfs", "tracefs", "securityfs", "configfs", "efivarfs", "fusectl" -> true;
            case "mqueue", "hugetlbfs", "binfmt_misc", "rpc_pipefs", "nfsd", "bpf", "pstore", "usbfs", "usbdevfs" ->
                true;
            case "linprocfs", "linsysfs", "fdescfs", "fdesc", "kernfs", "ptyfs", "mfs", "ignore" -> true;
            default -> false;
        };
    }

    /** Whether it is mounted from another machine. */
    static boolean isNetwork(Fstab.Entry entry) {
        return switch (entry.type()) {
            case "nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "glusterfs", "lustre", "9p" -> true;
            case "virtiofs", "vboxsf", "sshfs", "davfs", "davfs2", "prl_fs", "vmhgfs", "fuse.vmhgfs-fuse" -> true;
            case "fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.s3fs", "fuse.rclone" -> true;
            default -> entry.spec().startsWith("//") || entry.spec().contains(":/");
        };
    }

    /** Whether filesystems of this type show others. */
    static boolean isLayered(String type) {
        return switch (type) {
            case "overlay", "overlayfs", "aufs", "unionfs", "unionfs-fuse", "nullfs", "null", "bindfs" -> true;
            case "fuse.mergerfs", "mergerfs", "fuse.bindfs", "ecryptfs" -> true;
            default -> false;
        };
    }

    /** Whether it is a drive for disks that can be taken out. */
    static boolean isRemovable(String spec) {
        for (String drive : REMOVABLE) {
            boolean numbered = spec.length() <= drive.length() + 2;
            if (spec.startsWith(drive) && numbered) {
                return true;
            }
        }
        return spec.startsWith("/dev/iso9660/");
    }

    /** Whether a system mounts something of its own there. */
    static boolean isOfTheSystem(String mountpoint) {
        for (String folder : SYSTEM_FOLDERS) {
            if (mountpoint.equals(folder) || mountpoint.startsWith(folder + "/")) {
                return true;
            }
        }
        return false;
    }
}
