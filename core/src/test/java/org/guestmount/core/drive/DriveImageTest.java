package org.guestmount.core.drive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DriveImageTest {
    private static final DriveImage BASE =
            new DriveImage(Path.of("/images/base,1.img"), DriveFormat.RAW, false, 1 << 20, null, null);
    private static final DriveImage TOP =
            new DriveImage(Path.of("/images/top.qcow2"), DriveFormat.QCOW2, false, 1 << 20, null, BASE);

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
        DriveImage lone = new DriveImage(Path.of("/a.qcow2"), DriveFormat.QCOW2, false, 512, Path.of("/a.data"), null);

        assertThat(lone.writableNode().toString())
                .contains("\"backing\":null")
                .contains("\"data-file\":{\"driver\":\"file\",\"filename\":\"/a.data\",\"discard\":\"unmap\"}");
    }

    @Test
    void aBlockDeviceHasADriverOfItsOwn() {
        DriveImage device = new DriveImage(Path.of("/dev/sdz"), DriveFormat.RAW, true, 512, null, null);

        assertThat(device.sharedNode().toString()).contains("{\"driver\":\"host_device\",\"filename\":\"/dev/sdz\"");
    }

    @Test
    void aDriveHasNoOddBlockSize() {
        assertThat(new Drive(Path.of("a"), null, true, 4096).blockSize()).isEqualTo(4096);
        assertThatIllegalArgumentException().isThrownBy(() -> new Drive(Path.of("a"), null, true, 1024));
    }
}
