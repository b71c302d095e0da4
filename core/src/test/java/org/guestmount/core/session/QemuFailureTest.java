package org.guestmount.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.guestmount.core.drive.LocalImage;
import org.guestmount.core.qemu.Accelerator;
import org.guestmount.core.session.LaunchException.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With messages as QEMU 7.2 prints them. */
class QemuFailureTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "qemu: cannot set up guest memory 'pc.ram': Cannot allocate memory|OUT_OF_MEMORY|LIBGUESTFS_MEMSIZE",
                "qemu: -device scsi-hd: 'scsi-hd' is not a valid device model name|QEMU_FAILED|has no device scsi-hd",
                "qemu: -sandbox on: -sandbox support is not enabled in this QEMU binary|SANDBOX|sandbox",
                "qemu: something new|QEMU_FAILED|with status 1: something new"
            })
    void classifiesWhatQemuSays(String message, Reason reason, String expected) {
        LaunchException e = QemuFailure.ended(1, List.of(message), List.of(), Accelerator.TCG, 512);

        assertThat(e.reason()).isEqualTo(reason);
        assertThat(e).hasMessageContaining(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "blockdev-add: Failed to get \"write\" lock|IMAGE_IN_USE|/i.img is in use",
                "blockdev-add: Failed to get shared \"write\" lock|IMAGE_IN_USE|mount with --ro",
                "blockdev-add: Unknown driver 'dmg'|DRIVE|/i.img: this QEMU cannot open dmg images",
                "blockdev-add: Parameter 'driver' does not accept value 'vhdx'|DRIVE|cannot open vhdx images",
                "blockdev-add: Image is corrupt|DRIVE|/i.img: QEMU cannot open it: blockdev-add: Image is corrupt"
            })
    void classifiesWhatQemuSaysOfADrive(String message, Reason reason, String expected) {
        LaunchException e = QemuFailure.refusedDrive(new LocalImage(Path.of("/i.img")), message);

        assertThat(e.reason()).isEqualTo(reason);
        assertThat(e).hasMessageContaining(expected);
    }

    @Test
    void leavesOutTheOptionThatQemuRepeats() {
        LaunchException e = QemuFailure.ended(
                1,
                List.of(
                        "qemu-system-x86_64: -blockdev {\"node-name\":\"drive0\",\"driver\":\"qcow2\"}: Image is corrupt"),
                List.of(),
                Accelerator.TCG,
                512);

        assertThat(e).hasMessage("QEMU failed, with status 1: Image is corrupt");
    }

    @Test
    void blamesKvmForASignalOnlyUnderKvm() {
        assertThat(QemuFailure.ended(134, List.of(), List.of(), Accelerator.KVM, 512)
                        .reason())
                .isEqualTo(Reason.KVM);
        assertThat(QemuFailure.ended(134, List.of(), List.of(), Accelerator.TCG, 512))
                .hasMessage("QEMU failed, by signal 6: it said nothing")
                .extracting(LaunchException::reason)
                .isEqualTo(Reason.QEMU_FAILED);
    }

    @Test
    void quotesTheConsoleIfQemuItselfWasContent() {
        LaunchException e = QemuFailure.ended(0, List.of(), List.of("a", "b"), Accelerator.TCG, 512);

        assertThat(e.reason()).isEqualTo(Reason.GUEST_DIED);
        assertThat(e).hasMessage("the guest died while it started; the last it printed was:\n    a\n    b");
        assertThat(QemuFailure.silent(9, List.of())).hasMessageContaining("printed nothing");
    }
}
