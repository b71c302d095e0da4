package org.guestmount.appliance.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.guestmount.core.machine.OperatingSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever is in the guest's files, inspection ends, throws nothing, and tells no more than a message holds. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InspectionFuzzTest {
    private static final long SEED = 20;
    private static final int ROUNDS = 3000;

    /** What means something to one of the parsers. */
    private static final byte[] MEANINGFUL = "=\"'\\\n ,:/-#.09\0nkrilfhv".getBytes(StandardCharsets.ISO_8859_1);

    private static final String FSTAB = """
            UUID=f / btrfs subvol=@,compress=zstd:1 0 1
            "LABEL=x y" /a\\040b vfat umask=077
            /dev/mapper/a-b--c /c ext4 x
            /dev/nvme0n1p1 /d xfs noatime
            /dev/disk/by-id/x-part1 /e
            /dev/mapper/secret /f ext4 nofail
            """;

    private final Random random = new Random(SEED);

    private byte[] damaged(byte[] content) {
        byte[] bytes = content.clone();
        for (int i = random.nextInt(12); i > 0; i--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(8)) {
                case 0, 1 -> bytes[at] = (byte) random.nextInt();
                case 2, 3 -> bytes[at] = MEANINGFUL[random.nextInt(MEANINGFUL.length)];
                case 4, 5 -> {
                    int from = random.nextInt(bytes.length);
                    int length = Math.min(4, bytes.length - Math.max(from, at));
                    System.arraycopy(content, Math.min(from, content.length - length), bytes, at, length);
                }
                case 6 -> bytes[at] = -1;
                default -> bytes = random.nextInt(10) == 0 ? Arrays.copyOf(bytes, Math.max(1, at)) : bytes;
            }
        }
        return bytes;
    }

    private byte[] damaged(String content) {
        return damaged(content.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void assertModest(List<OperatingSystem> systems) {
        for (OperatingSystem system : systems) {
            assertThat(system.product().length()
                            + system.hostname().length()
                            + system.version().length())
                    .isLessThan(1000);
            assertThat(system.mounts()).hasSizeLessThan(200);
            assertThat(String.join("", system.notes()).length()).isLessThan(50_000);
        }
    }

    @Test
    void settingsOfLinux() {
        for (int round = 0; round < ROUNDS; round++) {
            MemoryTree root = new MemoryTree()
                    .directories("/bin")
                    .file("/etc/fstab", damaged(FSTAB))
                    .file("/etc/crypttab", damaged("secret UUID=luks none luks\n"))
                    .file("/etc/os-release", damaged("ID=debian\nPRETTY_NAME=\"Debian \\\"12\\\"\"\nVERSION_ID='12'\n"))
                    .file("/etc/lsb-release", damaged("DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=8.04\n"))
                    .file("/etc/redhat-release", damaged("CentOS release 5.11 (Final)\n"))
                    .file("/etc/hostname", damaged("host\n"))
                    .file("/bin/sh", damaged("\u007fELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\76\0"));

            assertModest(new Disks()
                    .volume("/dev/sda1", "btrfs", "f", null, new MemoryTree())
                    .subvolume(256, "@", root)
                    .subvolume(257, new String(damaged("@home"), StandardCharsets.ISO_8859_1).replace('\0', 'x'), root)
                    .volume("/dev/sda2", "vfat", "g", "x y", new MemoryTree())
                    .volume("/dev/a/b-c", "ext4", "h", null, new MemoryTree())
                    .volume("/dev/sda3", "crypto_LUKS", "luks", null, null)
                    .volume("/dev/mapper/luks-luks", "ext4", null, null, root)
                    .inspect());
        }
    }

    @Test
    void hivesOfWindows() {
        byte[] software = WindowsTest.softwareHive();
        byte[] system = WindowsTest.systemHive();
        // Most of a hive is free space at its end.
        int used = 4096 + 2048;
        for (int round = 0; round < ROUNDS; round++) {
            MemoryTree tree = new MemoryTree()
                    .file("/Windows/System32/config/SOFTWARE", damaged(Arrays.copyOfRange(software, 0, used)))
                    .file("/Windows/System32/config/SYSTEM", damaged(Arrays.copyOfRange(system, 0, used)));

            assertModest(new Disks()
                    .volume("/dev/sda1", "ntfs", null, null, new Volume.Partition("1a2b3c4d-01", "", 1 << 20), tree)
                    .inspect());
        }
    }

    @Test
    void hivesThatLeadInCirclesHaveNoAnswer() {
        byte[] hive = WindowsTest.softwareHive();
        for (int at = 4096; at + 4 < 4096 + 2048; at += 4) {
            byte[] circular = hive.clone();
            // Every cell in turn leads back to the first of all.
            circular[at] = 0x20;
            circular[at + 1] = circular[at + 2] = circular[at + 3] = 0;
            Hive parsed = Hive.of(new MemoryTree.MemoryFile(circular));
            Hive.Key key = parsed == null ? null : parsed.key("Microsoft\\Windows NT\\CurrentVersion");
            if (key != null) {
                assertThat(key.string("ProductName").length()).isLessThan(5000);
            }
        }
    }

    @Test
    void bootIniOfWindows() {
        String bootIni = "multi(0)disk(0)rdisk(0)partition(1)\\NT=\"x\"\r\n";
        for (int round = 0; round < ROUNDS; round++) {
            assertModest(new Disks()
                    .volume("/dev/sda1", "ntfs", null, null, new MemoryTree().file("/boot.ini", damaged(bootIni)))
                    .inspect());
        }
    }
}
