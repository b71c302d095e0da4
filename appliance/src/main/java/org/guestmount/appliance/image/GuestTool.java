package org.guestmount.appliance.image;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A program of the host that the appliance takes along.
 *
 * @param name as it is found in the path
 * @param purpose what cannot be done without it, for people
 * @param debianPackage the package of Debian that brings it
 */
record GuestTool(String name, String purpose, String debianPackage) {
    /** The shell of the initramfs. Static or not does not matter. */
    static final GuestTool BUSYBOX = new GuestTool("busybox", "starting the appliance", "busybox-static");

    static final List<GuestTool> OPTIONAL = List.of(
            new GuestTool("lvm", "LVM volumes", "lvm2"),
            new GuestTool("mdadm", "Linux software RAID", "mdadm"),
            new GuestTool("cryptsetup", "LUKS and BitLocker volumes", "cryptsetup-bin"),
            new GuestTool("ntfs-3g", "NTFS", "ntfs-3g"),
            new GuestTool("ldmtool", "Windows dynamic disks", "ldmtool"));

    private static final List<String> FOLDERS = List.of("usr/sbin", "usr/bin", "sbin", "bin");

    /** Where the host has it. */
    Optional<Path> find(Path root) {
        return candidates(root).stream().filter(Files::isExecutable).findFirst();
    }

    /** Where the host may have it. */
    List<Path> candidates(Path root) {
        return FOLDERS.stream()
                .map(folder -> root.resolve(folder).resolve(name))
                .toList();
    }
}
