package org.guestmount.it.zoo;

import static org.guestmount.it.zoo.Workshop.uuid;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.PartitionedDisk;

/** Linux on plain partitions and disks. */
final class LinuxGuests {
    private static final Duration INSTALL_LIMIT = Duration.ofMinutes(5);

    private final Workshop shop;

    LinuxGuests(Workshop shop) {
        this.shop = shop;
    }

    void add() {
        debian();
        cloud();
        arch();
        alpine();
        gentoo();
        nixos();
        coreos();
    }

    /** Where a real Debian is, for a whole tree to be compared. */
    static Path debianRoot(ZooGuest debian) {
        return debian.disks().get(0).path().resolveSibling("debian-.fs");
    }

    /** As debian-installer partitions a disk of a machine with UEFI. */
    private void debian() {
        shop.add(
                "debian",
                "Debian GNU/Linux 12 (bookworm)",
                Map.of("/", "/dev/sda3", "/boot", "/dev/sda2", "/boot/efi", "/dev/sda1"));
        shop.step(() -> {
            Path root = shop.file("debian-");
            Command.of("mmdebstrap", "--quiet", "--variant=essential", "bookworm", root)
                    .within(INSTALL_LIMIT)
                    .run();
            new GuestTree(root)
                    .file(GuestTree.MARK, GuestTree.mark("debian", "/"))
                    .directory("boot", "home")
                    .file("etc/hostname", "debian\n")
                    .file("etc/fstab", """
                            # <file system> <mount point> <type> <options> <dump> <pass>
                            UUID=%s / ext4 errors=remount-ro 0 1
                            UUID=%s /boot ext4 defaults 0 2
                            UUID=DEB1-A200 /boot/efi vfat umask=0077 0 1
                            UUID=%s none swap sw 0 0
                            /dev/sr0 /media/cdrom0 udf,iso9660 user,noauto 0 0
                            """.formatted(uuid("debian-"), uuid("debian-boot"), uuid("debian-swap")));
            PartitionedDisk.gpt(
                    shop.disk("debian"),
                    shop.vfat(
                            40, 32, "DEB1A200", shop.tree("debian", "/boot/efi").file("EFI/debian/grub.cfg", "")),
                    shop.ext4(
                            40,
                            shop.tree("debian", "/boot")
                                    .file("grub/grub.cfg", "")
                                    .directory("efi")),
                    shop.ext4(400, new GuestTree(root)),
                    shop.made("debian-swap.fs", 16, "mkswap", "-U", uuid("debian-swap")));
        });
    }

    /** A whole disk, compressed, with a layer upon it. */
    private void cloud() {
        shop.add("cloud", "Debian GNU/Linux 12", "cloud", List.of(), Map.of("/", "/dev/sda"), shop.file("cloud.qcow2"));
        shop.step(() -> {
            GuestTree root = shop.tree("cloud", "/")
                    .linux("cloud", "LABEL=cloudimg-rootfs / ext4 defaults 0 1\n")
                    .release("debian", "12", "Debian GNU/Linux");
            GuestImage filesystem = shop.ext4(64, root);
            Command.of("tune2fs", "-L", "cloudimg-rootfs", filesystem.path()).run();
            GuestImage base = filesystem.convertedTo("cloud-base.qcow2", "qcow2", "-c");
            // Without its folder, which gets another name in the end.
            Path name = base.path().getFileName();
            Command.of("qemu-img", "create", "-q", "-f", "qcow2", "-b", name, "-F", "qcow2", shop.file("cloud.qcow2"))
                    .run();
        });
    }

    /** Names of partitions, and the boot loader's partition at /boot. */
    private void arch() {
        shop.add("arch", "Arch Linux", Map.of("/", "/dev/sda2", "/boot", "/dev/sda1"));
        shop.step(() -> {
            Path disk = shop.disk("arch");
            PartitionedDisk.gpt(
                    disk,
                    shop.vfat(40, 32, "A4C00001", shop.tree("arch", "/boot").file("loader/loader.conf", "")),
                    shop.ext4(
                            64,
                            shop.tree("arch", "/")
                                    .linux(
                                            "arch",
                                            "PARTLABEL=root / ext4 rw,relatime 0 1\nPARTUUID=%s /boot vfat rw 0 2\n"
                                                    .formatted(uuid("arch-esp")))
                                    .file("etc/arch-release", "")
                                    .file(
                                            "usr/lib/os-release",
                                            "NAME=\"Arch Linux\"\nPRETTY_NAME=\"Arch Linux\"\nID=arch\n")
                                    .link("etc/os-release", "../usr/lib/os-release")));
            Command.of("sfdisk", "-q", "--part-label", disk, 2, "root").run();
            Command.of("sfdisk", "-q", "--part-uuid", disk, 1, uuid("arch-esp")).run();
        });
    }

    /** Names of devices as virtio's, and programs that are not links into /usr. */
    private void alpine() {
        shop.add("alpine", "Alpine Linux v3.20", Map.of("/", "/dev/sda5", "/boot", "/dev/sda1"));
        shop.step(() -> PartitionedDisk.mbr(
                shop.disk("alpine"),
                shop.ext4(40, shop.tree("alpine", "/boot")),
                shop.ext4(
                        64,
                        shop.tree("alpine", "/")
                                .directory("bin", "sbin", "boot", "home", "usr/bin")
                                .file("etc/hostname", "alpine\n")
                                .file("etc/fstab", """
                                /dev/vda5\t/\text4\trw,relatime 0 1
                                /dev/vda1\t/boot\text4\trw,relatime 0 2
                                /dev/vda6\tswap\tswap\tdefaults 0 0
                                tmpfs /tmp tmpfs nosuid,nodev 0 0
                                """)
                                .file("etc/alpine-release", "3.20.3\n")
                                .file("etc/os-release", """
                                NAME="Alpine Linux"
                                ID=alpine
                                VERSION_ID=3.20.3
                                PRETTY_NAME="Alpine Linux v3.20"
                                """)),
                shop.made("alpine-swap.fs", 16, "mkswap")));
    }

    /** Separate /usr and /var, where the file that names the system is in the former. */
    private void gentoo() {
        shop.add("gentoo", "Gentoo Linux", Map.of("/", "/dev/sda1", "/usr", "/dev/sda2", "/var", "/dev/sda3"));
        shop.step(() -> PartitionedDisk.gpt(
                shop.disk("gentoo"),
                shop.ext4(
                        40,
                        shop.tree("gentoo", "/")
                                .directory("bin", "sbin", "lib", "usr", "var", "home")
                                .file("etc/fstab", """
                                /dev/sda1 / ext4 noatime 0 1
                                /dev/sda2 /usr ext4 noatime 0 2
                                /dev/sda3 /var ext4 noatime 0 2
                                """)
                                .file("etc/conf.d/hostname", "hostname=\"gentoo\"\n")
                                .file("etc/hostname", "gentoo\n")
                                .link("etc/os-release", "../usr/lib/os-release")),
                shop.ext4(
                        40,
                        shop.tree("gentoo", "/usr")
                                .directory("bin", "sbin", "share")
                                .file(
                                        "lib/os-release",
                                        "NAME=Gentoo\nID=gentoo\nPRETTY_NAME=\"Gentoo Linux\"\nVERSION_ID=\"2.15\"\n")),
                shop.ext4(40, shop.tree("gentoo", "/var").directory("log"))));
    }

    /** Absolute links from /etc into the store. */
    private void nixos() {
        shop.add("nixos", "NixOS 24.05 (Uakari)", Map.of("/", "/dev/sda2", "/boot", "/dev/sda1"));
        shop.step(() -> {
            String store = "nix/store/0c5x1l9z0v8y2yqf1n4vwf8dvqk0g6aq-etc/etc/";
            PartitionedDisk.gpt(
                    shop.disk("nixos"),
                    shop.vfat(40, 32, "12CE0001", shop.tree("nixos", "/boot").file("loader/loader.conf", "")),
                    shop.ext4(
                            64,
                            shop.tree("nixos", "/")
                                    .directory("bin", "boot", "home", "usr/bin", "var")
                                    .file(
                                            store + "fstab",
                                            "/dev/disk/by-uuid/%s / ext4 x-initrd.mount 0 1\n/dev/disk/by-uuid/12CE-0001 /boot vfat defaults 0 2\n"
                                                    .formatted(uuid("nixos-")))
                                    .file(store + "hostname", "nixos\n")
                                    .file(store + "os-release", """
                                    ID=nixos
                                    NAME=NixOS
                                    PRETTY_NAME="NixOS 24.05 (Uakari)"
                                    VERSION_ID="24.05"
                                    """)
                                    .link("etc/static", "/" + store.substring(0, store.length() - 1))
                                    .link("etc/fstab", "/etc/static/fstab")
                                    .link("etc/hostname", "/etc/static/hostname")
                                    .link("etc/os-release", "/etc/static/os-release")));
        });
    }

    /** A deployment of ostree. */
    private void coreos() {
        shop.add(
                "coreos",
                "Fedora CoreOS 41",
                Map.of("/", "/dev/sda2", "/sysroot", "/dev/sda2", "/var", "/dev/sda2", "/boot", "/dev/sda1"));
        shop.step(() -> {
            Path image = shop.file("coreos-sysroot.fs");
            GuestTree root = new GuestTree(shop.file("coreos-sysroot"))
                    .file(GuestTree.MARK, GuestTree.mark("coreos", "/sysroot"))
                    .file("ostree/repo/config", "[core]\nrepo_version=1\nmode=bare\n");
            String deployment = "ostree/deploy/fedora-coreos/deploy/0123abcd.0";
            new GuestTree(root.root().resolve(deployment))
                    .linux("coreos", "")
                    .directory("sysroot", "var")
                    .link("ostree", "sysroot/ostree")
                    .file(GuestTree.MARK, GuestTree.mark("coreos", "/"))
                    .release("fedora", "41", "Fedora CoreOS");
            Command.of("rm", "-r", root.root().resolve(deployment + "/var/log")).run();
            new GuestTree(root.root().resolve("ostree/deploy/fedora-coreos/var"))
                    .file(GuestTree.MARK, GuestTree.mark("coreos", "/var"));
            GuestImage.ext4(image, 64, root.root());
            Command.of("tune2fs", "-L", "root", image).run();
            GuestTree boot = shop.tree("coreos", "/boot")
                    .file(
                            "loader/entries/ostree-1-fedora-coreos.conf",
                            "options root=UUID=x ostree=/ostree/boot.1/x/0\n");
            GuestImage bootImage = shop.ext4(40, boot);
            Command.of("tune2fs", "-L", "boot", bootImage.path()).run();
            PartitionedDisk.gpt(shop.disk("coreos"), bootImage, GuestImage.raw(image));
        });
    }
}
