package org.guestmount.core.drive;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.guestmount.core.json.JsonObject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadOnlyOverlayTest {
    @TempDir
    Path folder;

    private QemuImgCommand qemuImg;

    @BeforeEach
    void setUp() {
        qemuImg = new QemuImgCommand(folder);
    }

    @ParameterizedTest
    @ValueSource(longs = {512, 1 << 20, 1L << 29, (1L << 29) + 512, 10L << 40, 60L << 40})
    void isAnEmptyImageThatQemuFindsNoFaultWith(long size) throws Exception {
        isAnEmptyImage(new ImageFile(folder.resolve("none"), false), size);
    }

    @ParameterizedTest
    @ValueSource(longs = {512, (1L << 33) + 512, 60L << 40})
    void isOneOfLargerClustersAboveARemoteImage(long size) throws Exception {
        isAnEmptyImage(RemoteImage.nbd("/none", ""), size);
        assertThat(qemuImg.run("info", "--output=json", "-f", "qcow2", "kept")).contains("\"cluster-size\": 262144");
    }

    private void isAnEmptyImage(ImageStorage storage, long size) throws Exception {
        Path file = folder.resolve("overlay");
        DriveImage image = new DriveImage(storage, DriveFormat.RAW, size, null, null);

        try (ReadOnlyOverlay overlay = ReadOnlyOverlay.create(file, image)) {
            assertThat(overlay.node().toString()).contains(file.toString());
            JsonObject info = JsonObject.parse(qemuImg.run("info", "--output=json", "-f", "qcow2", "overlay"));
            assertThat(info.integer("virtual-size")).isEqualTo(size);
            assertThat(info.has("backing-filename")).isFalse();
            assertThat(qemuImg.run("check", "-f", "qcow2", "overlay")).contains("No errors were found");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            Files.copy(file, folder.resolve("kept"));
        }

        assertThat(file).doesNotExist();
    }

    @Test
    void takesWritesAndLeavesTheImageAlone() throws Exception {
        qemuImg.run("create", "-q", "-f", "raw", "a,b \"c\".img", "8M");
        qemuImg.io("-f", "raw", "-c", "write -P 1 0 8M", "a,b \"c\".img");
        Path base = folder.resolve("a,b \"c\".img");
        byte[] before = Files.readAllBytes(base);
        DriveImage image = Probes.of(folder).probe(new Drive(base, null, true, null));

        try (ReadOnlyOverlay overlay = ReadOnlyOverlay.create(folder.resolve("overlay"), image)) {
            qemuImg.io(
                    "-c",
                    "read -P 1 0 8M",
                    "-c",
                    "write -P 2 4k 4k",
                    "-c",
                    "read -P 1 0 4k",
                    "-c",
                    "read -P 2 4k 4k",
                    "-c",
                    "read -P 1 8k 1M",
                    "json:" + overlay.node());
        }

        assertThat(Files.readAllBytes(base)).isEqualTo(before);
    }
}
