package org.guestmount.it.zoo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.PartitionedDisk;
import org.guestmount.it.framework.Project;
import org.guestmount.it.framework.Python;
import org.guestmount.it.framework.ToolMachine;

/**
 * All guests. Debian is installed by mmdebstrap; of the others there is what they are recognised by, on disks laid out as their
 * installers do it, by mkfs, lvm, mdadm, cryptsetup, hivex and so on. They are made once and kept for later runs.
 */
final class Zoo {
    private static final Duration INSTALL_LIMIT = Duration.ofMinutes(5);
    private static final String WINDOWS = "make_windows.py";

    /** Quick to open: these passphrases protect nothing. */
    private static final String PBKDF = "--type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000";

    private final Path folder;
    private final List<ZooGuest> guests = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();

    /** What the machine of {@link ToolMachine} does in the end, and with which disks; the first has all trees. */
    private final StringBuilder commands = new StringBuilder("mount -t ext4 -o ro $(disk 0) /src\n");

    private final List<Path> machineDisks = new ArrayList<>();

    @FunctionalInterface
    private interface Step {
        void make() throws IOException;
    }

    private Zoo(Path folder) {
        this.folder = folder;
        machineDisks.add(folder.resolve("trees.img"));
        debian();
        cloud();
        ubuntu();
        fedora();
        rhel();
        opensuse();
        raid();
        luksOnLvm();
        arch();
        alpine();
        gentoo();
        nixos();
        coreos();
        windows();
        freebsd();
        freedos();
        installMedium();
    }

    /** All of them, made if they are not there. */
    static List<ZooGuest> guests() throws IOException {
        String name = "zoo-"
                + Integer.toHexString(Objects.hash(
                        Project.resource(Zoo.class, "Zoo.class"),
                        Project.resource(Zoo.class, "GuestTree.class"),
                        Project.resource(Zoo.class, WINDOWS)));
        return new Zoo(Project.madeOnce(name, making -> new Zoo(making).make())).guests;
    }

    private void make() throws IOException {
        for (Step step : steps) {
            step.make();
        }
        GuestImage.ext4(machineDisks.get(0), 200, Files.createDirectories(folder.resolve("trees")));
        ToolMachine.run(folder, commands.toString(), machineDisks);
        Command.of("rm", "-r", folder.resolve("trees"), folder.resolve("trees.img"))
                .run();
    }

    // Parts of guests.

    private Path file(String name) {
        return folder.resolve(name);
    }

    private GuestImage disk(String guest) {
        return GuestImage.raw(file(guest + ".img"));
    }

    private static String uuid(String name) {
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
    }

    /** A marked tree in a folder of the host's. */
    private GuestTree tree(String guest, String mountpoint) throws IOException {
        return GuestTree.marked(file(guest + mountpoint.replace('/', '-')), guest, mountpoint);
    }

    /** A marked tree that the machine sees at {@code /src/NAME}. */
    private GuestTree machineTree(String name, String guest, String mountpoint) throws IOException {
        return GuestTree.marked(file("trees").resolve(name), guest, mountpoint);
    }

    /** Its UUID is that of the tree's name. */
    private GuestImage ext4(int mebibytes, GuestTree tree) {
        Path image = Path.of(tree.root() + ".fs");
        GuestImage.ext4(image, mebibytes, tree.root());
        Command.of("tune2fs", "-U", uuid(tree.root().getFileName().toString()), image)
                .run();
        return GuestImage.raw(image);
    }

    private GuestImage vfat(int mebibytes, int fat, String id, GuestTree tree) {
        GuestImage image = blank(tree.root().getFileName() + ".fs", mebibytes);
        Command.of("mkfs.vfat", "-F", fat, "-i", id, image.path()).run();
        Command.of("sh", "-c", "exec mcopy -s -i \"$0\" \"$1\"/* ::/", image.path(), tree.root())
                .run();
        return image;
    }

    private GuestImage blank(String name, int mebibytes) {
        Command.of("truncate", "-s", mebibytes + "M", file(name)).run();
        return GuestImage.raw(file(name));
    }

    private GuestImage made(GuestImage blank, Object... command) {
        List<String> argv = new ArrayList<>();
        for (Object argument : command) {
            argv.add(argument.toString());
        }
        argv.add(blank.path().toString());
        Command.of(argv).run();
        return blank;
    }

    /** How the machine's commands call a disk. */
    private String machineDisk(Path disk) {
        machineDisks.add(disk);
        return "$(disk " + (machineDisks.size() - 1) + ")";
    }

    private void add(
            String name,
            String product,
            String hostname,
            List<String> keys,
            Map<String, String> mounts,
            Path... disks) {
        List<GuestImage> images = new ArrayList<>();
        for (Path disk : disks) {
            images.add(new GuestImage(disk, disk.toString().endsWith(".qcow2") ? "qcow2" : "raw"));
        }
        guests.add(new ZooGuest(name, product, hostname, images, keys, mounts));
    }

    private void add(String name, String product, Map<String, String> mounts) {
        add(name, product, name, List.of(), mounts, disk(name).path());
    }

    // The guests.

    /** Where a real Debian is, for a whole tree to be compared. */
    static Path debianRoot(ZooGuest debian) {
        return debian.disks().get(0).path().resolveSibling("debian-.fs");
    }

    /** As debian-installer partitions a disk of a machine with UEFI. */
    private void debian() {
        add(
                "debian",
                "Debian GNU/Linux 12 (bookworm)",
                Map.of("/", "/dev/sda3", "/boot", "/dev/sda2", "/boot/efi", "/dev/sda1"));
        steps.add(() -> {
            Path root = file("debian-");
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
                    disk("debian").path(),
                    vfat(40, 32, "DEB1A200", tree("debian", "/boot/efi").file("EFI/debian/grub.cfg", "")),
                    ext4(40, tree("debian", "/boot").file("grub/grub.cfg", "").directory("efi")),
                    ext4(400, new GuestTree(root)),
                    made(blank("debian-swap.fs", 16), "mkswap", "-U", uuid("debian-swap")));
        });
    }

    /** A whole disk, compressed, with a layer upon it. */
    private void cloud() {
        add("cloud", "Debian GNU/Linux 12", "cloud", List.of(), Map.of("/", "/dev/sda"), file("cloud.qcow2"));
        steps.add(() -> {
            GuestTree root = tree("cloud", "/")
                    .linux("cloud", "LABEL=cloudimg-rootfs / ext4 defaults 0 1\n")
                    .release("debian", "12", "Debian GNU/Linux");
            GuestImage filesystem = ext4(64, root);
            Command.of("tune2fs", "-L", "cloudimg-rootfs", filesystem.path()).run();
            GuestImage base = filesystem.convertedTo("cloud-base.qcow2", "qcow2", "-c");
            // Without its folder, which gets another name in the end.
            Path name = base.path().getFileName();
            Command.of("qemu-img", "create", "-q", "-f", "qcow2", "-b", name, "-F", "qcow2", "cloud.qcow2")
                    .in(folder)
                    .run();
        });
    }

    /** As subiquity does it: a volume group whose volume is named by its identifier. */
    private void ubuntu() {
        add(
                "ubuntu",
                "Ubuntu 24.04",
                Map.of("/", "/dev/ubuntu-vg/ubuntu-lv", "/home", "/dev/ubuntu-vg/home", "/boot", "/dev/sda2"));
        String disk = machineDisk(disk("ubuntu").path());
        String root = machineDisk(file("ubuntu-.fs"));
        String home = machineDisk(file("ubuntu-home.fs"));
        steps.add(() -> {
            GuestTree tree = tree("ubuntu", "/")
                    .linux("ubuntu", "/dev/disk/by-uuid/" + uuid("ubuntu-boot") + " /boot ext4 defaults 0 1\n")
                    .file("etc/lsb-release", "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=24.04\n")
                    .release("ubuntu", "24.04", "Ubuntu");
            ext4(60, tree);
            ext4(20, tree("ubuntu", "/home"));
            PartitionedDisk.gpt(
                    disk("ubuntu").path(),
                    blank("ubuntu-bios.fs", 1),
                    ext4(40, tree("ubuntu", "/boot")),
                    blank("ubuntu-pv.fs", 100));
        });
        commands.append("""
                lvm pvcreate %1$s3
                lvm vgcreate ubuntu-vg %1$s3
                lvm lvcreate -L 64m -n ubuntu-lv ubuntu-vg
                lvm lvcreate -L 24m -n home ubuntu-vg
                dd if=%2$s of=/dev/ubuntu-vg/ubuntu-lv bs=1M
                dd if=%3$s of=/dev/ubuntu-vg/home bs=1M
                mount -t ext4 /dev/ubuntu-vg/ubuntu-lv /mnt
                vg=$(lvm vgs --noheadings -o vg_uuid ubuntu-vg | tr -d ' -')
                for v in ubuntu-lv:/ home:/home; do
                  lv=$(lvm lvs --noheadings -o lv_uuid ubuntu-vg/${v%%:*} | tr -d ' -')
                  echo "/dev/disk/by-id/dm-uuid-LVM-$vg$lv ${v#*:} ext4 defaults 0 1" >> /mnt/etc/fstab
                done
                umount /mnt
                """.formatted(disk, root, home));
    }

    /** As Anaconda does it when the disk is to be encrypted. */
    private void fedora() {
        String luks = uuid("fedora-luks");
        String device = "/dev/mapper/luks-" + luks;
        add(
                "fedora",
                "Fedora Linux 41",
                "fedora",
                List.of("/dev/sda3:key:hat"),
                Map.of(
                        "/",
                        device + ":root",
                        "/home",
                        device + ":home",
                        "/boot",
                        "/dev/sda2",
                        "/boot/efi",
                        "/dev/sda1"),
                disk("fedora").path());
        String disk = machineDisk(disk("fedora").path());
        String root = machineDisk(file("fedora-btrfs.fs"));
        steps.add(() -> {
            String fstab = """
                    UUID=%1$s / btrfs subvol=root,compress=zstd:1,x-systemd.device-timeout=0 0 0
                    UUID=%2$s /boot ext4 defaults 1 2
                    UUID=FED0-4100 /boot/efi vfat umask=0077,shortname=winnt 0 2
                    UUID=%1$s /home btrfs subvol=home,compress=zstd:1,x-systemd.device-timeout=0 0 0
                    """.formatted(uuid("fedora-btrfs"), uuid("fedora-boot"));
            machineTree("fedora-root", "fedora", "/")
                    .linux("fedora", fstab)
                    .file("etc/crypttab", "luks-" + luks + " UUID=" + luks + " none discard\n")
                    .release("fedora", "41", "Fedora Linux");
            machineTree("fedora-home", "fedora", "/home");
            made(blank("fedora-btrfs.fs", 120), "mkfs.btrfs", "-q", "-U", uuid("fedora-btrfs"));
            PartitionedDisk.gpt(
                    disk("fedora").path(),
                    vfat(40, 32, "FED04100", tree("fedora", "/boot/efi")),
                    ext4(40, tree("fedora", "/boot").directory("efi")),
                    blank("fedora-luks.fs", 140));
        });
        commands.append("""
                luks %1$s3 hat 'hat' %3$s --uuid %4$s
                dd if=%2$s of=/dev/mapper/hat bs=1M
                mount -t btrfs /dev/mapper/hat /mnt
                for s in root home; do btrfs subvolume create /mnt/$s; cp -a /src/fedora-$s/. /mnt/$s/; done
                umount /mnt
                """.formatted(disk, root, PBKDF, luks));
    }

    /** XFS on LVM, on a disk with a DOS partition table. */
    private void rhel() {
        add("rhel", "Red Hat Enterprise Linux 9.4", Map.of("/", "/dev/rhel/root", "/boot", "/dev/sda1"));
        String disk = machineDisk(disk("rhel").path());
        String root = machineDisk(file("rhel-root.fs"));
        steps.add(() -> {
            machineTree("rhel-root", "rhel", "/")
                    .linux("rhel", """
                            /dev/mapper/rhel-root / xfs defaults 0 0
                            UUID=%s /boot xfs defaults 0 0
                            /dev/mapper/rhel-swap none swap defaults 0 0
                            """.formatted(uuid("rhel-boot")))
                    .file("etc/redhat-release", "Red Hat Enterprise Linux release 9.4 (Plow)\n")
                    .release("rhel", "9.4", "Red Hat Enterprise Linux");
            machineTree("rhel-boot", "rhel", "/boot");
            made(blank("rhel-root.fs", 300), "mkfs.xfs", "-q");
            PartitionedDisk.mbr(
                    disk("rhel").path(),
                    made(blank("rhel-boot.fs", 300), "mkfs.xfs", "-q", "-m", "uuid=" + uuid("rhel-boot")),
                    blank("rhel-pv.fs", 340));
        });
        commands.append("""
                mount -t xfs %1$s1 /mnt
                cp -a /src/rhel-boot/. /mnt/
                umount /mnt
                lvm pvcreate %1$s5
                lvm vgcreate rhel %1$s5
                lvm lvcreate -L 16m -n swap rhel
                lvm lvcreate -L 304m -n root rhel
                dd if=%2$s of=/dev/rhel/root bs=1M
                mount -t xfs /dev/rhel/root /mnt
                cp -a /src/rhel-root/. /mnt/
                umount /mnt
                """.formatted(disk, root));
    }

    /** The root is a snapshot, mounted because it is the default subvolume. */
    private void opensuse() {
        add(
                "opensuse",
                "openSUSE Tumbleweed 20241101",
                Map.of(
                        "/", "/dev/sda1",
                        "/.snapshots", "/dev/sda1:@/.snapshots",
                        "/home", "/dev/sda1:@/home",
                        "/var", "/dev/sda1:@/var"));
        String disk = machineDisk(disk("opensuse").path());
        steps.add(() -> {
            String uuid = uuid("opensuse");
            machineTree("opensuse-root", "opensuse", "/")
                    .linux("opensuse", """
                            UUID=%1$s / btrfs defaults 0 0
                            UUID=%1$s /.snapshots btrfs subvol=/@/.snapshots 0 0
                            UUID=%1$s /home btrfs subvol=/@/home 0 0
                            UUID=%1$s /var btrfs subvol=/@/var 0 0
                            """.formatted(uuid))
                    .directory(".snapshots")
                    .release("opensuse-tumbleweed", "20241101", "openSUSE Tumbleweed");
            machineTree("opensuse-.snapshots", "opensuse", "/.snapshots");
            machineTree("opensuse-home", "opensuse", "/home");
            machineTree("opensuse-var", "opensuse", "/var");
            PartitionedDisk.gpt(
                    disk("opensuse").path(), made(blank("opensuse.fs", 200), "mkfs.btrfs", "-q", "-U", uuid));
        });
        commands.append("""
                mount -t btrfs %1$s1 /mnt
                btrfs subvolume create /mnt/@
                for s in .snapshots home var; do
                  btrfs subvolume create /mnt/@/$s
                  cp -a /src/opensuse-$s/. /mnt/@/$s/
                done
                mkdir /mnt/@/.snapshots/1
                btrfs subvolume create /mnt/@/.snapshots/1/snapshot
                cp -a /src/opensuse-root/. /mnt/@/.snapshots/1/snapshot/
                btrfs subvolume set-default /mnt/@/.snapshots/1/snapshot
                umount /mnt
                """.formatted(disk));
    }

    /** Two disks that mirror each other. */
    private void raid() {
        Path second = file("raid-second.img");
        add(
                "raid",
                "Debian GNU/Linux 11",
                "raid",
                List.of(),
                Map.of("/", "/dev/md1", "/boot", "/dev/md0"),
                disk("raid").path(),
                second);
        String disk = machineDisk(disk("raid").path());
        String other = machineDisk(second);
        String boot = machineDisk(file("raid-boot.fs"));
        String root = machineDisk(file("raid-.fs"));
        steps.add(() -> {
            ext4(40, tree("raid", "/boot"));
            ext4(
                    60,
                    tree("raid", "/")
                            .linux(
                                    "raid",
                                    "UUID=%s / ext4 defaults 0 1\n/dev/md/0 /boot ext4 defaults 0 2\n"
                                            .formatted(uuid("raid-")))
                            .file("etc/mdadm/mdadm.conf", "ARRAY /dev/md/0 name=raid:0\nARRAY /dev/md/1 name=raid:1\n")
                            .release("debian", "11", "Debian GNU/Linux"));
            for (Path each : List.of(disk("raid").path(), second)) {
                PartitionedDisk.gpt(each, blank("raid-1.fs", 48), blank("raid-2.fs", 72));
            }
        });
        commands.append("""
                array /dev/md/0 --name=0 --metadata=1.2 --level=1 --raid-devices=2 %1$s1 %2$s1
                array /dev/md/1 --name=1 --metadata=1.2 --level=1 --raid-devices=2 %1$s2 %2$s2
                dd if=%3$s of=/dev/md/0 bs=1M
                dd if=%4$s of=/dev/md/1 bs=1M
                """.formatted(disk, other, boot, root));
    }

    /** An encrypted root in a volume group, as older installers had it. */
    private void luksOnLvm() {
        String luks = uuid("luks-on-lvm");
        add(
                "luks-on-lvm",
                "Debian GNU/Linux 10",
                "luks-on-lvm",
                List.of("/dev/vault/root:key:secret"),
                Map.of("/", "/dev/mapper/luks-" + luks, "/boot", "/dev/sda1"),
                disk("luks-on-lvm").path());
        String disk = machineDisk(disk("luks-on-lvm").path());
        String root = machineDisk(file("luks-on-lvm-.fs"));
        steps.add(() -> {
            ext4(
                    60,
                    tree("luks-on-lvm", "/")
                            .linux(
                                    "luks-on-lvm",
                                    "/dev/mapper/vault-root_crypt / ext4 defaults 0 1\nUUID=%s /boot ext4 defaults 0 2\n"
                                            .formatted(uuid("luks-on-lvm-boot")))
                            .file("etc/crypttab", "vault-root_crypt /dev/mapper/vault-root none luks\n")
                            .release("debian", "10", "Debian GNU/Linux"));
            PartitionedDisk.gpt(
                    disk("luks-on-lvm").path(),
                    ext4(40, tree("luks-on-lvm", "/boot")),
                    blank("luks-on-lvm-pv.fs", 100));
        });
        commands.append("""
                lvm pvcreate %1$s2
                lvm vgcreate vault %1$s2
                lvm lvcreate -L 84m -n root vault
                luks /dev/vault/root opened 'secret' %3$s --uuid %4$s
                dd if=%2$s of=/dev/mapper/opened bs=1M
                """.formatted(disk, root, PBKDF, luks));
    }

    /** Names of partitions, and the boot loader's partition at /boot. */
    private void arch() {
        add("arch", "Arch Linux", Map.of("/", "/dev/sda2", "/boot", "/dev/sda1"));
        steps.add(() -> {
            Path disk = disk("arch").path();
            PartitionedDisk.gpt(
                    disk,
                    vfat(40, 32, "A4C00001", tree("arch", "/boot").file("loader/loader.conf", "")),
                    ext4(
                            64,
                            tree("arch", "/")
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
        add("alpine", "Alpine Linux v3.20", Map.of("/", "/dev/sda5", "/boot", "/dev/sda1"));
        steps.add(() -> PartitionedDisk.mbr(
                disk("alpine").path(),
                ext4(40, tree("alpine", "/boot")),
                ext4(
                        64,
                        tree("alpine", "/")
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
                made(blank("alpine-swap.fs", 16), "mkswap")));
    }

    /** Separate /usr and /var, where the file that names the system is in the former. */
    private void gentoo() {
        add("gentoo", "Gentoo Linux", Map.of("/", "/dev/sda1", "/usr", "/dev/sda2", "/var", "/dev/sda3"));
        steps.add(() -> PartitionedDisk.gpt(
                disk("gentoo").path(),
                ext4(
                        40,
                        tree("gentoo", "/")
                                .directory("bin", "sbin", "lib", "usr", "var", "home")
                                .file("etc/fstab", """
                                /dev/sda1 / ext4 noatime 0 1
                                /dev/sda2 /usr ext4 noatime 0 2
                                /dev/sda3 /var ext4 noatime 0 2
                                """)
                                .file("etc/conf.d/hostname", "hostname=\"gentoo\"\n")
                                .file("etc/hostname", "gentoo\n")
                                .link("etc/os-release", "../usr/lib/os-release")),
                ext4(
                        40,
                        tree("gentoo", "/usr")
                                .directory("bin", "sbin", "share")
                                .file(
                                        "lib/os-release",
                                        "NAME=Gentoo\nID=gentoo\nPRETTY_NAME=\"Gentoo Linux\"\nVERSION_ID=\"2.15\"\n")),
                ext4(40, tree("gentoo", "/var").directory("log"))));
    }

    /** Absolute links from /etc into the store. */
    private void nixos() {
        add("nixos", "NixOS 24.05 (Uakari)", Map.of("/", "/dev/sda2", "/boot", "/dev/sda1"));
        steps.add(() -> {
            String store = "nix/store/0c5x1l9z0v8y2yqf1n4vwf8dvqk0g6aq-etc/etc/";
            PartitionedDisk.gpt(
                    disk("nixos").path(),
                    vfat(40, 32, "12CE0001", tree("nixos", "/boot").file("loader/loader.conf", "")),
                    ext4(
                            64,
                            tree("nixos", "/")
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
        add(
                "coreos",
                "Fedora CoreOS 41",
                Map.of("/", "/dev/sda2", "/sysroot", "/dev/sda2", "/var", "/dev/sda2", "/boot", "/dev/sda1"));
        steps.add(() -> {
            Path image = file("coreos-sysroot.fs");
            GuestTree root = new GuestTree(file("coreos-sysroot"))
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
            GuestTree boot = tree("coreos", "/boot")
                    .file(
                            "loader/entries/ostree-1-fedora-coreos.conf",
                            "options root=UUID=x ostree=/ostree/boot.1/x/0\n");
            GuestImage bootImage = ext4(40, boot);
            Command.of("tune2fs", "-L", "boot", bootImage.path()).run();
            PartitionedDisk.gpt(disk("coreos").path(), bootImage, GuestImage.raw(image));
        });
    }

    /** Two volumes with letters, which the registry gives to partitions by their identifiers. */
    private void windows() {
        Path data = file("windows-data.img");
        add(
                "windows",
                "Windows 10 Pro",
                "ZOO-PC",
                List.of(),
                Map.of("/", "/dev/sda3"),
                disk("windows").path(),
                data);
        String disk = machineDisk(disk("windows").path());
        steps.add(() -> {
            GuestTree root = machineTree("windows", "windows", "/")
                    .directory("Windows/System32", "Program Files", "Users/zoo")
                    .file("Windows/explorer.exe", "MZ");
            Path system = root.root().resolve("Windows/System32");
            String disks = uuid("windows-c") + " " + uuid("windows-d");
            Python.script(Zoo.class, WINDOWS, system, disks);
            PartitionedDisk.gpt(
                    disk("windows").path(),
                    vfat(40, 32, "3E570001", tree("windows", "/efi").file("EFI/Microsoft/Boot/BCD", "")),
                    blank("windows-reserved.fs", 16),
                    made(blank("windows-c.fs", 60), "mkntfs", "-F", "-q", "-f", "-p", "2048", "-H", "16", "-S", "63"));
            Command.of("sfdisk", "-q", "--part-uuid", disk("windows").path(), 3, uuid("windows-c"))
                    .run();
            PartitionedDisk.gpt(
                    data,
                    made(blank("windows-d.fs", 40), "mkntfs", "-F", "-q", "-f", "-p", "2048", "-H", "16", "-S", "63"));
            Command.of("sfdisk", "-q", "--part-uuid", data, 1, uuid("windows-d"))
                    .run();
        });
        commands.append("""
                modprobe fuse
                ntfs-3g %1$s3 /mnt
                cp -r /src/windows/. /mnt/
                umount /mnt
                """.formatted(disk));
    }

    /** UFS of the older layout, the only one that makefs makes and Linux finds. */
    private void freebsd() {
        add("freebsd", "FreeBSD 14.1-RELEASE", Map.of("/", "/dev/sda2"));
        steps.add(() -> {
            GuestTree root = tree("freebsd", "/")
                    .directory("bin", "boot", "rescue", "usr/bin", "var")
                    .file("etc/fstab", "/dev/ada0p2\t/\tufs\trw\t1\t1\n")
                    .file("etc/rc.conf", "hostname=\"freebsd\"\n")
                    .file("etc/freebsd-update.conf", "")
                    .file("bin/freebsd-version", "#!/bin/sh\nUSERLAND_VERSION=\"14.1-RELEASE\"\n")
                    .file(
                            "etc/os-release",
                            "NAME=FreeBSD\nID=freebsd\nVERSION_ID=14.1\nPRETTY_NAME=\"FreeBSD 14.1-RELEASE\"\n");
            Command.of("makefs", "-t", "ffs", "-o", "version=1", "-s", "40m", file("freebsd-.fs"), root.root())
                    .run();
            PartitionedDisk.gpt(
                    disk("freebsd").path(), blank("freebsd-boot.fs", 1), GuestImage.raw(file("freebsd-.fs")));
        });
    }

    private void freedos() {
        add(
                "freedos",
                "FreeDOS",
                "",
                List.of(),
                Map.of("/", "/dev/sda1"),
                disk("freedos").path());
        steps.add(() -> PartitionedDisk.mbr(
                disk("freedos").path(),
                vfat(
                        40,
                        16,
                        "F0D05000",
                        tree("freedos", "/")
                                .file("FDOS/bin/command.com", "MZ")
                                .file("FDOS/freedos.cfg", "")
                                .file("FDOS/FREEDOS.BSS", "")
                                .file("KERNEL.SYS", "MZ")
                                .file("FDCONFIG.SYS", ""))));
    }

    /** A disc with Rock Ridge and Joliet. */
    private void installMedium() {
        Path disc = file("medium.iso");
        add(
                "medium",
                "Debian GNU/Linux 12.7.0 \"Bookworm\" - Official amd64 NETINST with firmware 20240831-10:38",
                "",
                List.of(),
                Map.of("/", "/dev/sda"),
                disc);
        steps.add(() -> {
            GuestTree root = tree("medium", "/")
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
