package org.guestmount.appliance.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.guestmount.appliance.inspect.Disks.lines;

import java.util.List;
import org.guestmount.core.machine.OperatingSystem;
import org.guestmount.core.machine.OperatingSystem.Family;
import org.junit.jupiter.api.Test;

class UnixTest {
    private static final MemoryTree OTHER = new MemoryTree();

    @Test
    void freeBsdCountsPartitionsAndSlices() {
        MemoryTree root = new MemoryTree()
                .file("/bin/freebsd-version", "#!/bin/sh\nUSERLAND_VERSION=\"13.2-RELEASE-p4\"\n")
                .file("/etc/rc.conf", "hostname=\"beastie\"\nifconfig_em0=\"DHCP\"\n")
                .file(
                        "/etc/fstab",
                        "/dev/gpt/root / ufs rw 1 1\n/dev/ada0p3 /home ufs rw 2 2\n/dev/ada1s1d /var ufs rw 2 2\n");

        OperatingSystem system = new Disks()
                .volume("/dev/sda2", "ufs", null, null, new Volume.Partition("x", "root", 0), root)
                .volume("/dev/sda3", "ufs", null, null, OTHER)
                .volume("/dev/sdb7", "ufs", null, null, OTHER)
                .system();

        assertThat(system.family()).isEqualTo(Family.FREEBSD);
        assertThat(system.title()).isEqualTo("FreeBSD 13.2-RELEASE-p4");
        assertThat(system.hostname()).isEqualTo("beastie");
        assertThat(lines(system.mounts())).containsExactly("/dev/sda2 /", "/dev/sda3 /home", "/dev/sdb7 /var");
    }

    @Test
    void netBsdAndOpenBsdHavePartitionsOfLetters() {
        MemoryTree net = new MemoryTree()
                .file("/netbsd", "")
                .file("/etc/release", "NetBSD 9.3/amd64\n")
                .file("/etc/fstab", "/dev/wd0a / ffs rw 1 1\n/dev/wd0e /usr ffs rw 1 2\nptyfs /dev/pts ptyfs rw\n");
        MemoryTree open = new MemoryTree()
                .file("/bsd", "")
                .file("/etc/motd", "OpenBSD 7.4 (GENERIC.MP) #1397: Tue Oct 10\n")
                .file("/etc/myname", "puffy.example.org\n")
                .file("/etc/fstab", "0123456789abcdef.a / ffs rw 1 1\n/dev/sd0d /home ffs rw 1 2\n");

        OperatingSystem netBsd = new Disks()
                .volume("/dev/sda5", "ufs", null, null, net)
                .volume("/dev/sda7", "ufs", null, null, OTHER)
                .system();
        OperatingSystem openBsd = new Disks()
                .volume("/dev/sda5", "ufs", null, null, open)
                .volume("/dev/sda7", "ufs", null, null, OTHER)
                .system();

        assertThat(netBsd.title()).isEqualTo("NetBSD 9.3");
        assertThat(lines(netBsd.mounts())).containsExactly("/dev/sda5 /", "/dev/sda7 /usr");
        assertThat(openBsd.family()).isEqualTo(Family.OPENBSD);
        assertThat(openBsd.title()).isEqualTo("OpenBSD 7.4");
        assertThat(openBsd.hostname()).isEqualTo("puffy.example.org");
        assertThat(lines(openBsd.mounts())).containsExactly("/dev/sda5 /", "/dev/sda7 /home");
    }

    @Test
    void theHurdMinixAndMediaAreKnown() {
        MemoryTree hurd = new MemoryTree()
                .file("/hurd/console", "")
                .file("/hurd/hello", "")
                .file("/hurd/null", "")
                .file("/etc/fstab", "/dev/hd0s1 / ext2 defaults 0 1\n/dev/hd0s3 /home ext2 defaults 0 2\n");
        List<OperatingSystem> systems = new Disks()
                .volume("/dev/sda1", "ext2", null, null, hurd)
                .volume("/dev/sda3", "ext2", null, null, OTHER)
                .volume(
                        "/dev/sdb1",
                        "minix",
                        null,
                        null,
                        new MemoryTree().file("/service/vm", "").file("/etc/version", "3.3.0\n"))
                .volume(
                        "/dev/sdc",
                        "iso9660",
                        null,
                        null,
                        new MemoryTree().file("/.disk/info", "Debian GNU/Linux 12.5.0 \"Bookworm\"\n"))
                .volume(
                        "/dev/sdd",
                        "iso9660",
                        null,
                        null,
                        new MemoryTree().file("/.treeinfo", "[general]\nname = Fedora 39\n"))
                .inspect();

        assertThat(systems)
                .extracting(OperatingSystem::title)
                .containsExactly("GNU/Hurd", "Minix 3.3.0", "Debian GNU/Linux 12.5.0 \"Bookworm\"", "Fedora 39");
        assertThat(lines(systems.get(0).mounts())).containsExactly("/dev/sda1 /", "/dev/sda3 /home");
        assertThat(lines(systems.get(2).mounts())).containsExactly("/dev/sdc / ro");
    }
}
