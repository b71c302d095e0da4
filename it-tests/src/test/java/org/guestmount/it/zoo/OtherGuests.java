package org.guestmount.it.zoo;

import static org.guestmount.it.zoo.Workshop.uuid;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.PartitionedDisk;
import org.guestmount.it.framework.Python;

/** Other systems, and a disc. */
final class OtherGuests {
    /** Writes the registry, a resource beside this class. */
    static final String WINDOWS = "make_windows.py";

    private final Workshop shop;

    OtherGuests(Workshop shop) {
        this.shop = shop;
    }

    void add() {
        windows();
        freebsd();
        freedos();
        installMedium();
    }

    /** Two volumes with letters, which the registry gives to partitions by their identifiers. */
    private void windows() {
        Path data = shop.file("windows-data.img");
        shop.add(
                "windows", "Windows 10 Pro", "ZOO-PC", List.of(), Map.of("/", "/dev/sda3"), shop.disk("windows"), data);
        String disk = shop.machineDisk(shop.disk("windows"));
        shop.step(() -> {
            GuestTree root = shop.machineTree("windows", "windows", "/")
                    .directory("Windows/System32", "Program Files", "Users/zoo")
                    .file("Windows/explorer.exe", "MZ");
            Path system = root.root().resolve("Windows/System32");
            String disks = uuid("windows-c") + " " + uuid("windows-d");
            Python.script(OtherGuests.class, WINDOWS, system, disks);
            PartitionedDisk.gpt(
                    shop.disk("windows"),
                    shop.vfat(40, 32, "3E570001", shop.tree("windows", "/efi").file("EFI/Microsoft/Boot/BCD", "")),
                    shop.blank("windows-reserved.fs", 16),
                    shop.ntfs("windows-c.fs", 60));
            Command.of("sfdisk", "-q", "--part-uuid", shop.disk("windows"), 3, uuid("windows-c"))
                    .run();
            PartitionedDisk.gpt(data, shop.ntfs("windows-d.fs", 40));
            Command.of("sfdisk", "-q", "--part-uuid", data, 1, uuid("windows-d"))
                    .run();
        });
        shop.machine("""
                modprobe fuse
                ntfs-3g %1$s3 /mnt
                cp -r /src/windows/. /mnt/
                umount /mnt
                """.formatted(disk));
    }

    /** UFS of the older layout, the only one that makefs makes and Linux finds. */
    private void freebsd() {
        shop.add("freebsd", "FreeBSD 14.1-RELEASE", Map.of("/", "/dev/sda2"));
        shop.step(() -> {
            GuestTree root = shop.tree("freebsd", "/")
                    .directory("bin", "boot", "rescue", "usr/bin", "var")
                    .file("etc/fstab", "/dev/ada0p2\t/\tufs\trw\t1\t1\n")
                    .file("etc/rc.conf", "hostname=\"freebsd\"\n")
                    .file("etc/freebsd-update.conf", "")
                    .file("bin/freebsd-version", "#!/bin/sh\nUSERLAND_VERSION=\"14.1-RELEASE\"\n")
                    .file(
                            "etc/os-release",
                            "NAME=FreeBSD\nID=freebsd\nVERSION_ID=14.1\nPRETTY_NAME=\"FreeBSD 14.1-RELEASE\"\n");
            Command.of("makefs", "-t", "ffs", "-o", "version=1", "-s", "40m", shop.file("freebsd-.fs"), root.root())
                    .run();
            PartitionedDisk.gpt(
                    shop.disk("freebsd"), shop.blank("freebsd-boot.fs", 1), GuestImage.raw(shop.file("freebsd-.fs")));
        });
    }

    private void freedos() {
        shop.add("freedos", "FreeDOS", "", List.of(), Map.of("/", "/dev/sda1"), shop.disk("freedos"));
        shop.step(() -> PartitionedDisk.mbr(
                shop.disk("freedos"),
                shop.vfat(
                        40,
                        16,
                        "F0D05000",
                        shop.tree("freedos", "/")
                                .file("FDOS/bin/command.com", "MZ")
                                .file("FDOS/freedos.cfg", "")
                                .file("FDOS/FREEDOS.BSS", "")
                                .file("KERNEL.SYS", "MZ")
                                .file("FDCONFIG.SYS", ""))));
    }

    /** A disc with Rock Ridge and Joliet. */
    private void installMedium() {
        Path disc = shop.file("medium.iso");
        shop.add(
                "medium",
                "Debian GNU/Linux 12.7.0 \"Bookworm\" - Official amd64 NETINST with firmware 20240831-10:38",
                "",
                List.of(),
                Map.of("/", "/dev/sda"),
                disc);
        shop.step(() -> {
            GuestTree root = shop.tree("medium", "/")
                    .file(
                            ".disk/info",
                            "Debian GNU/Linux 12.7.0 \"Bookworm\" - Official amd64 NETINST with firmware 20240831-10:38\n")
                    .file(".disk/cd_type", "not_complete")
                    .file("isolinux/txt.cfg", "")
                    .link("debian", ".");
            Command.of(
                            "xorriso",
                            "-as",
                            "mkisofs",
                            "-quiet",
                            "-V",
                            "Debian 12.7.0 amd64 n",
                            "-R",
                            "-J",
                            "-o",
                            disc,
                            root.root())
                    .run();
        });
    }
}
