package org.guestmount.appliance.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.machine.BlockDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BlockDevicesTest {
    @TempDir
    Path folder;

    @Test
    void drivesAreNumberedByTargetWhateverTheirNames() throws Exception {
        addDisk("sda", "2:0:1:0", 4096, 512, false);
        addDisk("sdb", "2:0:0:0", 2048, 4096, true);

        assertThat(devices().awaitDrives(2))
                .containsExactly(
                        new BlockDevice("/dev/sda", null, 2048 * 512, 4096, true),
                        new BlockDevice("/dev/sdb", null, 4096 * 512, 512, false));
        assertThat(devices().node("/dev/sda")).isEqualTo(folder + "/dev/sdb");
        assertThat(devices().node("/dev/vdb")).isEqualTo(folder + "/dev/sda");
    }

    @Test
    void partitionsFollowTheirDriveInTheOrderOfTheirNumbers() throws Exception {
        addDisk("sdb", "0:0:0:0", 1 << 21, 512, false);
        addPartition("sdb", 10, 100);
        addPartition("sdb", 2, 200);

        assertThat(devices().awaitDrives(1))
                .containsExactly(
                        new BlockDevice("/dev/sda", null, 1L << 30, 512, false),
                        new BlockDevice("/dev/sda2", "/dev/sda", 200 * 512, 512, false),
                        new BlockDevice("/dev/sda10", "/dev/sda", 100 * 512, 512, false));
        assertThat(devices().node("/dev/sda10")).isEqualTo(folder + "/dev/sdb10");
    }

    @Test
    void whatIsNotADriveIsLeftOut() throws Exception {
        Files.createDirectories(folder.resolve("sys/block/loop0"));
        Files.createDirectories(folder.resolve("sys/block/sr0"));

        assertThat(devices().awaitDrives(0)).isEmpty();
    }

    @Test
    void waitsForDrivesToAppear() throws Exception {
        Files.createDirectories(folder.resolve("sys/block"));

        CompletableFuture<Integer> found = CompletableFuture.supplyAsync(() -> {
            try {
                return devices().awaitDrives(1).size();
            } catch (GuestFilesystemException e) {
                throw new AssertionError(e);
            }
        });
        addDisk("sda", "0:0:0:0", 8, 512, false);

        assertThat(found.get()).isEqualTo(1);
    }

    @Test
    void aMissingDriveOrPartitionIsNotFound() throws Exception {
        addDisk("sda", "0:0:0:0", 8, 512, false);

        for (String missing : new String[] {"/dev/sdb", "/dev/sda1", "/dev/sdb1"}) {
            assertThat(catchThrowableOfType(
                                    GuestFilesystemException.class,
                                    () -> devices().node(missing))
                            .errno())
                    .isEqualTo(Errno.ENXIO);
        }
    }

    @Test
    void otherDevicesKeepTheirNames() throws Exception {
        assertThat(devices().node("/dev/null")).isEqualTo("/dev/null");
    }

    @Test
    void volumesFollowTheDrivesAndHaveBothTheirNames() throws Exception {
        addDisk("sda", "0:0:0:0", 8, 512, false);
        addMapped("dm-0", "vg--a-root", "LVM-" + "u".repeat(64));
        addMapped("dm-1", "vg--a-snap-cow", "LVM-" + "u".repeat(64) + "-cow");
        addMapped("dm-2", "luks-6a5f-11", "CRYPT-LUKS2-6a5f11-luks-6a5f-11");
        addVolume("md127");

        assertThat(devices().awaitDrives(1))
                .extracting(BlockDevice::name)
                .containsExactly("/dev/sda", "/dev/mapper/luks-6a5f-11", "/dev/md127", "/dev/vg-a/root");
        assertThat(devices().node("/dev/vg-a/root")).endsWith("/dev/dm-0");
        assertThat(devices().node("/dev/mapper/vg--a-root")).endsWith("/dev/dm-0");
        assertThat(devices().node("/dev/mapper/luks-6a5f-11")).endsWith("/dev/dm-2");
    }

    private void addMapped(String kernelName, String name, String uuid) throws Exception {
        Path disk = addVolume(kernelName);
        Files.createDirectory(disk.resolve("dm"));
        Files.writeString(disk.resolve("dm/name"), name + "\n");
        Files.writeString(disk.resolve("dm/uuid"), uuid + "\n");
    }

    private Path addVolume(String kernelName) throws Exception {
        Path disk = Files.createDirectories(folder.resolve("sys/block/" + kernelName));
        Files.createDirectory(disk.resolve("queue"));
        Files.writeString(disk.resolve("size"), "2048\n");
        Files.writeString(disk.resolve("ro"), "0\n");
        Files.writeString(disk.resolve("queue/logical_block_size"), "512\n");
        return disk;
    }

    @Test
    void whatOnlyServesAVolumeIsNotListed() {
        String volume = "LVM-" + "u".repeat(64);
        assertThat(BlockDevices.mappedName("vg-root", volume)).isEqualTo("/dev/vg/root");
        assertThat(BlockDevices.mappedName("vg-root_rimage_0", volume)).isNull();
        assertThat(BlockDevices.mappedName("vg-pool_tdata", volume)).isNull();
        assertThat(BlockDevices.mappedName("vg-pool", volume + "-pool")).isNull();
        assertThat(BlockDevices.mappedName("ldm_vol_PC-Dg0_Volume1", "LDM-1"))
                .isEqualTo("/dev/mapper/ldm_vol_PC-Dg0_Volume1");
        assertThat(BlockDevices.mappedName("ldm_part_PC-Dg0_Disk1-01", "LDM-2")).isNull();
    }

    @Test
    void partitionsAndDrivesAreFoundByTheirNumbers() throws Exception {
        addDisk("sdb", "0:0:5:0", 1 << 21, 512, false);
        addPartition("sdb", 2, 200);
        Files.writeString(folder.resolve("sys/block/sdb/sdb2/start"), "2048\n");
        Path numbers = Files.createDirectories(folder.resolve("sys/dev/block"));
        Files.createSymbolicLink(numbers.resolve("8:16"), Path.of("../../block/sdb"));
        Files.createSymbolicLink(numbers.resolve("8:18"), Path.of("../../block/sdb/sdb2"));
        Files.createDirectories(folder.resolve("sys/block/dm-0"));
        Files.createSymbolicLink(numbers.resolve("254:0"), Path.of("../../block/dm-0"));

        assertThat(devices().start(8, 16)).isEqualTo(new BlockDevices.Start(5, 0, "sdb"));
        assertThat(devices().start(8, 18)).isEqualTo(new BlockDevices.Start(5, 2048 * 512, "sdb2"));
        assertThat(devices().start(254, 0)).isNull();
        assertThat(devices().start(0, 30)).isNull();
    }

    private BlockDevices devices() {
        return new BlockDevices(folder + "/sys", folder + "/dev");
    }

    /** Makes a disk as sysfs shows it; its last file, the link, makes it a disk. */
    private void addDisk(String name, String address, long sectors, int blockBytes, boolean readOnly)
            throws IOException {
        Path disk = Files.createDirectories(folder.resolve("sys/block/" + name));
        Files.createFile(Files.createDirectories(folder.resolve("dev")).resolve(name));
        Files.createDirectories(disk.resolve("queue"));
        Files.writeString(disk.resolve("queue/logical_block_size"), blockBytes + "\n");
        Files.writeString(disk.resolve("size"), sectors + "\n");
        Files.writeString(disk.resolve("ro"), readOnly ? "1\n" : "0\n");
        Files.createSymbolicLink(disk.resolve("device"), Path.of("../../../" + address));
    }

    private void addPartition(String disk, int number, long sectors) throws IOException {
        Path partition = Files.createDirectories(folder.resolve("sys/block/" + disk + "/" + disk + number));
        Files.writeString(partition.resolve("partition"), number + "\n");
        Files.writeString(partition.resolve("size"), sectors + "\n");
        Files.writeString(partition.resolve("ro"), "0\n");
    }
}
