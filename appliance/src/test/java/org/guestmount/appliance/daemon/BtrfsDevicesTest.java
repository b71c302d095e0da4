package org.guestmount.appliance.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BtrfsDevicesTest {
    @TempDir
    Path folder;

    private String superblock(int devices) throws Exception {
        Path file = folder.resolve("disk" + devices);
        try (RandomAccessFile disk = new RandomAccessFile(file.toFile(), "rw")) {
            disk.setLength(1 << 17);
            disk.seek((1 << 16) + 0x40);
            disk.write("_BHRfS_M".getBytes(StandardCharsets.US_ASCII));
            disk.seek((1 << 16) + 0x88);
            disk.write(devices);
        }
        return file.toString();
    }

    @Test
    void aSuperblockTellsWhetherThereAreOtherDevices() throws Exception {
        assertThat(BtrfsDevices.hasSeveral(superblock(1))).isFalse();
        assertThat(BtrfsDevices.hasSeveral(superblock(3))).isTrue();
        assertThat(BtrfsDevices.hasSeveral(
                        Files.write(folder.resolve("short"), new byte[1000]).toString()))
                .isFalse();
        assertThat(BtrfsDevices.hasSeveral(
                        Files.write(folder.resolve("other"), new byte[1 << 17]).toString()))
                .isFalse();
    }
}
