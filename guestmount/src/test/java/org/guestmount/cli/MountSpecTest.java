package org.guestmount.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.guestmount.core.fs.GuestPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MountSpecTest {
    @Test
    void aDeviceAloneIsMountedOnTheRoot() {
        assertThat(MountSpec.parse("/dev/sda1")).isEqualTo(new MountSpec("/dev/sda1", GuestPath.ROOT, null, null));
    }

    @Test
    void allFieldsAreTaken() {
        assertThat(MountSpec.parse("/dev/vg/root:/usr/local:noatime,subvol=@:btrfs"))
                .isEqualTo(new MountSpec("/dev/vg/root", GuestPath.of("/usr/local"), "noatime,subvol=@", "btrfs"));
    }

    @Test
    void emptyFieldsAreAbsent() {
        assertThat(MountSpec.parse("/dev/sda1:::")).isEqualTo(new MountSpec("/dev/sda1", GuestPath.ROOT, null, null));
        assertThat(MountSpec.parse("/dev/sda1:::xfs"))
                .isEqualTo(new MountSpec("/dev/sda1", GuestPath.ROOT, null, "xfs"));
    }

    @Test
    void onlyTheFirstThreeColonsDivide() {
        assertThat(MountSpec.parse("/dev/sda1:/:a:b:c"))
                .isEqualTo(new MountSpec("/dev/sda1", GuestPath.ROOT, "a", "b:c"));
    }

    @Test
    void theGuestsDirectoryIsTextAsTyped() {
        assertThat(MountSpec.parse("/dev/sda1:/dépôt").mountpoint().display()).isEqualTo("/dépôt");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "sda1",
                "/dev/",
                "btrfsvol:/dev/sda2/root",
                "/dev/sda1:boot",
                "/dev/sda1:/a/../b",
                "/dev/sda1:/:remount,rw"
            })
    void whatCannotBeMeantIsRefusedWithTheValue(String value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MountSpec.parse(value))
                .withMessageStartingWith("-m " + value + ": ");
    }
}
