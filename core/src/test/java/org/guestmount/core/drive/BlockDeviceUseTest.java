package org.guestmount.core.drive;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockDeviceUseTest {
    private static final Path DISK = Path.of("/dev/sdz");

    @TempDir
    Path host;

    private BlockDeviceUse use;

    @BeforeEach
    void aDiskWithAPartition() throws IOException {
        use = new BlockDeviceUse(host.resolve("proc"), host.resolve("sys"));
        Path disk = host.resolve("sys/dev/block/65:144");
        Files.createDirectories(disk.resolve("holders"));
        Files.createDirectories(disk.resolve("queue"));
        Files.createDirectories(disk.resolve("sdz1"));
        Files.writeString(disk.resolve("sdz1/partition"), "1\n");
        Files.writeString(disk.resolve("sdz1/dev"), "65:145\n");
        Files.createDirectories(host.resolve("sys/dev/block/65:145/holders"));
        Files.createDirectories(host.resolve("proc/self"));
    }

    private void mounted(String line) throws IOException {
        Files.writeString(host.resolve("proc/self/mountinfo"), "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n" + line + "\n");
    }

    @Test
    void anUnusedOneIsFine() throws Exception {
        mounted("2 1 0:5 / /dev rw shared:1 - devtmpfs dev rw");

        assertThatCode(() -> use.requireUnused(DISK, "65:144")).doesNotThrowAnyException();
    }

    @Test
    void aHostThatTellsNothingIsTrusted() {
        BlockDeviceUse silent = new BlockDeviceUse(host.resolve("none"), host.resolve("none"));

        assertThatCode(() -> silent.requireUnused(DISK, "65:144")).doesNotThrowAnyException();
    }

    @Test
    void aMountedOneIsRefused() throws Exception {
        mounted("2 1 65:144 / /mnt/disk rw,relatime shared:1 master:2 - ext4 /dev/sdz rw");

        assertThatThrownBy(() -> use.requireUnused(DISK, "65:144"))
                .isInstanceOf(DriveException.class)
                .hasMessage(
                        "/dev/sdz: is mounted on /mnt/disk by this host, so writing to it would destroy it; release it, or"
                                + " add --ro");
    }

    @Test
    void onePartitionMountedIsEnough() throws Exception {
        mounted("2 1 65:145 / /mnt rw - ext4 /dev/sdz1 rw");

        assertThatThrownBy(() -> use.requireUnused(DISK, "65:144"))
                .hasMessageStartingWith("/dev/sdz: its part /dev/sdz1 is mounted on /mnt");
    }

    @Test
    void theHostsOwnVolumesCount() throws Exception {
        mounted("");
        Files.createDirectory(host.resolve("sys/dev/block/65:145/holders/dm-3"));

        assertThatThrownBy(() -> use.requireUnused(DISK, "65:144"))
                .hasMessageStartingWith("/dev/sdz: its part /dev/sdz1 is part of /dev/dm-3");
    }
}
