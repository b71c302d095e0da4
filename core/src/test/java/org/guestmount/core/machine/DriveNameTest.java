package org.guestmount.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DriveNameTest {
    @ParameterizedTest
    @CsvSource({
        "/dev/sda, 0, 0",
        "/dev/sdb3, 1, 3",
        "/dev/sdz128, 25, 128",
        "/dev/sdaa, 26, 0",
        "/dev/sdaz1, 51, 1",
        "/dev/sdba, 52, 0",
        "/dev/sdzz, 701, 0",
        "/dev/sdaaa, 702, 0"
    })
    void aNameAndItsNumbersBelongTogether(String name, int drive, int partition) {
        assertThat(DriveName.parse(name)).isEqualTo(new DriveName(drive, partition));
        assertThat(new DriveName(drive, partition)).hasToString(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/dev/hdb2", "/dev/vdb2", "/dev/xvdb2"})
    void otherKindsOfDisksAreTheSameDrives(String name) {
        assertThat(DriveName.parse(name)).isEqualTo(new DriveName(1, 2));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sda",
                "/dev/sd",
                "/dev/sd1",
                "/dev/sda1p",
                "/dev/sdA",
                "/dev/md0",
                "/dev/vg/lv",
                "/dev/mapper/sda1",
                "/dev/sda/1",
                "/dev/sda-1",
                "/dev/sda 1"
            })
    void otherNamesAreNotDrives(String name) {
        assertThat(DriveName.parse(name)).isNull();
    }

    @Test
    void numbersThatNothingHasDoNotOverflow() {
        assertThat(DriveName.parse("/dev/sd" + "z".repeat(50) + "9".repeat(50)))
                .isEqualTo(new DriveName(99_999, 100_000));
    }
}
