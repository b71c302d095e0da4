package org.guestmount.core.drive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RawDrivesTest {
    @TempDir
    Path folder;

    private Path image;
    private Path overlay;

    @BeforeEach
    void makeImage() throws IOException {
        byte[] content = new byte[8192];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) (i / 100);
        }
        image = Files.write(folder.resolve("image"), content);
        overlay = folder.resolve("overlay");
    }

    private RawDrives drives(DriveFormat format) throws IOException {
        DriveImage described = new DriveImage(new ImageFile(image, false), format, 8192, null, null);
        ReadOnlyOverlay made = ReadOnlyOverlay.create(overlay, described);
        RawDrives drives = new RawDrives();
        drives.add(1, described, made.file());
        return drives;
    }

    @Test
    void readsWhatIsInTheImage() throws IOException {
        try (RawDrives drives = drives(DriveFormat.RAW)) {
            ByteBuffer read = ByteBuffer.allocate(100);

            assertThat(drives.read(1, 300, read)).isTrue();

            assertThat(read.hasRemaining()).isFalse();
            assertThat(read.array()).containsOnly(3);
        }
    }

    @Test
    void tellsNothingOnceTheGuestHasWritten() throws IOException {
        try (RawDrives drives = drives(DriveFormat.RAW)) {
            Files.delete(image);
            assertThat(drives.read(1, 0, ByteBuffer.allocate(10))).isTrue();

            Files.write(overlay, new byte[1], StandardOpenOption.APPEND);

            assertThat(drives.read(1, 0, ByteBuffer.allocate(10))).isFalse();
        }
    }

    @Test
    void readsWhatTheGuestHasWrittenToTheImage() throws IOException {
        DriveImage described = new DriveImage(new ImageFile(image, false), DriveFormat.RAW, 8192, null, null);
        try (RawDrives drives = new RawDrives()) {
            drives.add(0, described, null);
            ByteBuffer read = ByteBuffer.allocate(100);
            assertThat(drives.read(0, 300, read)).isTrue();
            assertThat(read.array()).containsOnly(3);

            Files.write(image, new byte[8192], StandardOpenOption.WRITE);

            assertThat(drives.read(0, 300, read.clear())).isTrue();
            assertThat(read.array()).containsOnly(0);
        }
    }

    @Test
    void tellsNothingOfOtherFormatsDrivesAndPlaces() throws IOException {
        try (RawDrives drives = drives(DriveFormat.RAW)) {
            assertThat(drives.read(0, 0, ByteBuffer.allocate(10))).isFalse();
            assertThat(drives.read(1, 8190, ByteBuffer.allocate(10))).isFalse();
        }
        Files.delete(overlay);
        try (RawDrives drives = drives(DriveFormat.QCOW2)) {
            assertThat(drives.read(1, 0, ByteBuffer.allocate(10))).isFalse();
        }
    }
}
