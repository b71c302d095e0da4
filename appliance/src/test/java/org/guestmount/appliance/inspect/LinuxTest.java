package org.guestmount.appliance.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.guestmount.appliance.inspect.Disks.lines;

import org.guestmount.core.machine.OperatingSystem;
import org.guestmount.core.machine.OperatingSystem.Family;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinuxTest {
    private static final byte[] ELF = {0x7F, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 62, 0};

    private static MemoryTree root(String fstab) {
        return new MemoryTree()
                .directories("/bin", "/usr/bin", "/home")
                .file("/etc/fstab", fstab)
                .file("/bin/sh", ELF);
    }

    private static MemoryTree release(String id, String pretty) {
        return root("").file("/etc/os-release", "ID=" + id + "\nPRETTY_NAME=\"" + pretty + "\"\nVERSION_ID=7\n");
    }

    private static OperatingSystem only(GuestTree tree) {
        return new Disks().volume("/dev/sda1", "ext4", "U1", null, tree).system();
    }

    @Test
    void debianWithBootAndHomeOfItsOwn() {
        MemoryTree tree = root("""
                        # /etc/fstab
                        UUID=aaaa / ext4 errors=remount-ro 0 1
                        UUID=bbbb /boot ext2 defaults 0 2
                        LABEL=homes /home xfs noatime,nodev 0 2
                        UUID=CAFE-0001 /boot/efi vfat umask=0077 0 1
                        UUID=cccc none swap sw 0 0
                        tmpfs /tmp tmpfs defaults 0 0
                        server:/export /srv nfs defaults 0 0
                        """)
                .directories("/boot")
                .file(
                        "/usr/lib/os-release",
                        "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nVERSION_ID=\"12\"\n")
                .link("/etc/os-release", "../usr/lib/os-release")
                .file("/etc/hostname", "phony\n");

        OperatingSystem system = new Disks()
                .volume("/dev/sda1", "vfat", "cafe-0001", null, new MemoryTree())
                .volume("/dev/sda2", "ext2", "bbbb", null, new MemoryTree())
                .volume("/dev/sda3", "swap", "cccc", null, null)
                .volume("/dev/sda4", "ext4", "aaaa", null, tree)
                .volume("/dev/sdb", "xfs", "dddd", "homes", new MemoryTree())
                .system();

        assertThat(system.root()).isEqualTo("/dev/sda4");
        assertThat(system.distribution()).isEqualTo("debian");
        assertThat(system.product()).isEqualTo("Debian GNU/Linux 12 (bookworm)");
        assertThat(system.version()).isEqualTo("12");
        assertThat(system.hostname()).isEqualTo("phony");
        assertThat(system.architecture()).isEqualTo("x86_64");
        assertThat(lines(system.mounts()))
                .containsExactly(
                        "/dev/sda4 /", "/dev/sda2 /boot", "/dev/sdb /home noatime", "/dev/sda1 /boot/efi umask=0077");
        assertThat(system.notes()).containsExactly("server:/export on /srv: it is on the network");
    }

    @ParameterizedTest
    @CsvSource({"usr/bin", "/usr/bin", "/../usr/bin"})
    void aMergedUsrMayBeLinkedEitherWay(String target) {
        MemoryTree tree = new MemoryTree()
                .directories("/usr/bin", "/etc")
                .link("/bin", target)
                .file("/etc/fstab", "");

        assertThat(only(tree).family()).isEqualTo(Family.LINUX);
    }

    @Test
    void aUsrOfItsOwnTellsTheSystemsName() {
        MemoryTree tree = new MemoryTree()
                .directories("/usr")
                .link("/bin", "usr/bin")
                .link("/etc/os-release", "../usr/lib/os-release")
                .file("/etc/fstab", "/dev/vda1 / ext4\n/dev/vda2 /usr ext4 ro,nodev 0 0\n");
        MemoryTree usr = new MemoryTree()
                .directories("/bin", "/share")
                .file("/lib/os-release", "ID=fedora\nPRETTY_NAME=\"Fedora Linux 39\"\n");

        OperatingSystem system = new Disks()
                .volume("/dev/sda1", "ext4", null, null, tree)
                .volume("/dev/sda2", "ext4", null, null, usr)
                .system();

        assertThat(system.product()).isEqualTo("Fedora Linux 39");
        assertThat(lines(system.mounts())).containsExactly("/dev/sda1 /", "/dev/sda2 /usr ro");
    }

    @Test
    void ofTwoUsrTreesInTurnsTheNewerIsTaken() {
        MemoryTree tree =
                new MemoryTree().directories("/usr").link("/bin", "usr/bin").file("/etc/hosts", "");
        Disks disks = new Disks().volume("/dev/sda9", "ext4", null, "ROOT", tree);
        for (int i = 3; i <= 4; i++) {
            MemoryTree usr = new MemoryTree()
                    .directories("/bin", "/share")
                    .file(
                            "/lib/os-release",
                            "ID=flatcar\nNAME=Flatcar\nVERSION_ID=" + (i == 3 ? "3510.2.10" : "3510.2.9"));
            disks.volume("/dev/sda" + i, "ext4", null, null, usr);
        }

        assertThat(lines(disks.system().mounts())).containsExactly("/dev/sda9 /", "/dev/sda3 /usr ro");
        assertThat(disks.system().distribution()).isEqualTo("flatcar");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/etc/redhat-release|CentOS release 5.11 (Final)|centos|CentOS release 5.11 (Final)|5.11",
                "/etc/redhat-release|Red Hat Enterprise Linux Server release 5.11 (Tikanga)|rhel|Red Hat Enterprise Linux Server release 5.11 (Tikanga)|5.11",
                "/etc/redhat-release|Scientific Linux release 6.10 (Carbon)|scientific|Scientific Linux release 6.10 (Carbon)|6.10",
                "/etc/fedora-release|Fedora release 14 (Laughlin)|fedora|Fedora release 14 (Laughlin)|14",
                "/etc/SuSE-release|openSUSE 11.4 (x86_64)|suse|openSUSE 11.4 (x86_64)|11.4",
                "/etc/debian_version|6.0.10|debian|Debian GNU/Linux 6.0.10|6.0.10",
                "/etc/debian_version|wheezy/sid|debian|Debian GNU/Linux wheezy/sid|wheezy/sid",
                "/etc/slackware-version|Slackware 14.2|slackware|Slackware 14.2|14.2",
                "/etc/gentoo-release|Gentoo Base System release 2.14|gentoo|Gentoo Base System release 2.14|2.14",
                "/etc/alpine-release|3.18.4|alpine|Alpine Linux 3.18.4|3.18.4",
                "/etc/arch-release|''|arch|Arch Linux|''",
            })
    void oldReleaseFilesAreKnown(String path, String line, String id, String product, String version) {
        OperatingSystem system = only(root("").file(path, line + "\n"));

        assertThat(system.distribution()).isEqualTo(id);
        assertThat(system.product()).isEqualTo(product);
        assertThat(system.version()).isEqualTo(version);
    }

    @Test
    void lsbReleaseTellsUbuntuFromDebian() {
        OperatingSystem system = only(root("").file("/etc/debian_version", "lenny/sid\n")
                .file(
                        "/etc/lsb-release",
                        "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=8.04\nDISTRIB_DESCRIPTION=\"Ubuntu 8.04.4 LTS\"\n"));

        assertThat(system.distribution()).isEqualTo("ubuntu");
        assertThat(system.product()).isEqualTo("Ubuntu 8.04.4 LTS");
    }

    @Test
    void nixosHasAnEtcThatIsMadeOfLinks() {
        MemoryTree tree = new MemoryTree()
                .directories("/nix/store", "/bin")
                .file("/etc/NIXOS", "")
                .link("/etc/static", "/nix/store/abc-etc/etc")
                .link("/etc/fstab", "/etc/static/fstab")
                .link("/etc/os-release", "/etc/static/os-release")
                .file(
                        "/nix/store/abc-etc/etc/fstab",
                        "/dev/disk/by-label/nixos / ext4\n/dev/disk/by-uuid/bbbb /boot vfat\n")
                .file("/nix/store/abc-etc/etc/os-release", "ID=nixos\nPRETTY_NAME=\"NixOS 23.11 (Tapir)\"\n");

        OperatingSystem system = new Disks()
                .volume("/dev/sda1", "vfat", "BBBB", null, new MemoryTree())
                .volume("/dev/sda2", "ext4", null, "nixos", tree)
                .system();

        assertThat(system.distribution()).isEqualTo("nixos");
        assertThat(lines(system.mounts())).containsExactly("/dev/sda2 /", "/dev/sda1 /boot");
    }

    @Test
    void ubuntuOnBtrfsHasSubvolumes() {
        MemoryTree tree = root("""
                        UUID=f / btrfs defaults,subvol=@ 0 1
                        UUID=f /home btrfs subvol=/@home,compress=zstd:1 0 2
                        UUID=f /x btrfs subvolid=258
                        UUID=f /y btrfs subvol=none
                        """);

        OperatingSystem system = new Disks()
                .volume("/dev/sda2", "btrfs", "f", null, new MemoryTree().directories("/@", "/@home"))
                .subvolume(256, "@", tree)
                .subvolume(257, "@home", new MemoryTree())
                .subvolume(258, "odd, name", new MemoryTree())
                .subvolume(259, "timeshift-btrfs/snapshots/1/@", tree)
                .subvolume(260, "copy-of-root", tree)
                .system();

        assertThat(system.root()).isEqualTo("/dev/sda2:@");
        assertThat(lines(system.mounts()))
                .containsExactly(
                        "/dev/sda2 / subvol=@",
                        "/dev/sda2 /home compress=zstd:1,subvol=@home",
                        "/dev/sda2 /x subvolid=258");
        assertThat(system.notes()).containsExactly("UUID=f on /y: /dev/sda2 has no such subvolume");
    }

    @Test
    void susesRootIsTheDefaultSubvolumeAndItsSnapshotsAreNoOthers() {
        MemoryTree tree = root("""
                        UUID=f / btrfs defaults 0 0
                        UUID=f /.snapshots btrfs subvol=@/.snapshots 0 0
                        UUID=f /home btrfs subvol=@/home 0 0
                        """);

        OperatingSystem system = new Disks()
                .volume("/dev/sda2", "btrfs", "f", null, new MemoryTree())
                .defaultSubvolume(268)
                .subvolume(256, "@", new MemoryTree())
                .subvolume(257, "@/home", new MemoryTree())
                .subvolume(267, "@/.snapshots", new MemoryTree())
                .subvolume(268, "@/.snapshots/1/snapshot", tree)
                .subvolume(269, "@/.snapshots/2/snapshot", tree)
                .subvolume(270, "backup", tree)
                .system();

        assertThat(system.root()).isEqualTo("/dev/sda2");
        assertThat(lines(system.mounts()))
                .containsExactly(
                        "/dev/sda2 /", "/dev/sda2 /.snapshots subvol=@/.snapshots", "/dev/sda2 /home subvol=@/home");
    }

    @Test
    void ofOstreesDeploymentsTheNewestIsTheRoot() {
        String deploy = "/ostree/deploy/fedora/deploy/";
        MemoryTree tree = new MemoryTree().directories("/ostree/repo", "/ostree/deploy/fedora/var", "/boot");
        for (String name : new String[] {"aaa.0", "bbb.0"}) {
            tree.directories(deploy + name + "/usr/bin")
                    .link(deploy + name + "/bin", "usr/bin")
                    .link(deploy + name + "/home", "var/home")
                    .file(deploy + name + "/etc/fstab", "UUID=r / xfs defaults\nUUID=h /home ext4 defaults\n")
                    .file(deploy + name + "/etc/os-release", "ID=fedora\nPRETTY_NAME=\"Fedora Linux (" + name + ")\"\n")
                    .file(deploy + name + ".origin", name.startsWith("a") ? 2000L : 1000L);
        }

        OperatingSystem system = new Disks()
                .volume("/dev/sda1", "ext4", null, "boot", new MemoryTree())
                .volume("/dev/sda2", "xfs", "r", null, tree)
                .volume("/dev/sda3", "ext4", "h", null, new MemoryTree())
                .system();

        assertThat(system.product()).isEqualTo("Fedora Linux (aaa.0)");
        assertThat(lines(system.mounts()))
                .containsExactly(
                        "/dev/sda2 / X-mount.subdir=/ostree/deploy/fedora/deploy/aaa.0",
                        "/dev/sda2 /sysroot",
                        "/dev/sda2 /var X-mount.subdir=/ostree/deploy/fedora/var",
                        "/dev/sda1 /boot",
                        "/dev/sda3 /var/home");
        assertThat(system.notes()).containsExactly("there are 2 deployments; this is the newest");
    }

    @Test
    void severalSystemsAreAllFound() {
        assertThat(new Disks()
                        .volume("/dev/sda1", "ext4", "1", null, release("debian", "Debian"))
                        .volume("/dev/sda2", "ext4", "2", null, new MemoryTree().directories("/photos"))
                        .volume("/dev/sdb1", "xfs", "3", null, release("void", "Void"))
                        .inspect())
                .extracting(OperatingSystem::root, OperatingSystem::distribution)
                .containsExactly(tuple("/dev/sda1", "debian"), tuple("/dev/sdb1", "void"));
    }
}
