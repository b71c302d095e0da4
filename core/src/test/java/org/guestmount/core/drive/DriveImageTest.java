package org.guestmount.core.drive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DriveImageTest {
    private static final DriveImage BASE = image("/images/base,1.img", DriveFormat.RAW, 1 << 20, null, null);
    private static final DriveImage TOP = image("/images/top.qcow2", DriveFormat.QCOW2, 1 << 20, null, BASE);

    private static ImageFile file(String path) {
        return new ImageFile(Path.of(path), false);
    }

    private static DriveImage image(
            String path, DriveFormat format, long bytes, @Nullable ImageFile data, @Nullable DriveImage backing) {
        return new DriveImage(file(path), format, bytes, data, backing);
    }

    @Test
    void anImageThatMayBeWrittenKeepsQemusLocksAndOnlyItsTopIsWritten() {
        assertThat(TOP.writableNode())
                .hasToString("{\"driver\":\"qcow2\",\"read-only\":false,"
                        + "\"file\":{\"driver\":\"file\",\"filename\":\"/images/top.qcow2\",\"discard\":\"unmap\"},"
                        + "\"backing\":{\"driver\":\"raw\",\"read-only\":true,"
                        + "\"file\":{\"driver\":\"file\",\"filename\":\"/images/base,1.img\"}},"
                        + "\"discard\":\"unmap\"}");
    }

    @Test
    void anImageThatIsOnlyReadIsNotLockedOnAnyLayer() {
        assertThat(TOP.sharedNode())
                .hasToString("{\"driver\":\"qcow2\",\"read-only\":true,"
                        + "\"file\":{\"driver\":\"file\",\"filename\":\"/images/top.qcow2\",\"locking\":\"off\"},"
                        + "\"force-share\":true,"
                        + "\"backing\":{\"driver\":\"raw\",\"read-only\":true,"
                        + "\"file\":{\"driver\":\"file\",\"filename\":\"/images/base,1.img\",\"locking\":\"off\"},"
                        + "\"force-share\":true}}");
    }

    @Test
    void anImageWithoutBackingFileSaysSoWhereAHeaderCouldNameOne() {
        DriveImage lone = new DriveImage(file("/a.qcow2"), DriveFormat.QCOW2, 512, file("/a.data"), null);

        assertThat(lone.writableNode().toString())
                .contains("\"backing\":null")
                .contains("\"data-file\":{\"driver\":\"file\",\"filename\":\"/a.data\",\"discard\":\"unmap\"}");
    }

    @Test
    void aBlockDeviceHasADriverOfItsOwn() {
        DriveImage device = new DriveImage(new ImageFile(Path.of("/dev/sdz"), true), DriveFormat.RAW, 512, null, null);

        assertThat(device.sharedNode().toString()).contains("{\"driver\":\"host_device\",\"filename\":\"/dev/sdz\"");
    }

    @Test
    void aDriveHasNoOddBlockSize() {
        assertThat(new Drive(Path.of("a"), null, true, 4096).blockSize()).isEqualTo(4096);
        assertThatIllegalArgumentException().isThrownBy(() -> new Drive(Path.of("a"), null, true, 1024));
    }
}
