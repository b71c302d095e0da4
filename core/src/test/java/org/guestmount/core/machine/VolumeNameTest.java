package org.guestmount.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class VolumeNameTest {
    @ParameterizedTest
    @CsvSource({
        "vg-root, /dev/vg/root",
        "vg--a-root, /dev/vg-a/root",
        "fedora_host-home--data, /dev/fedora_host/home-data",
        "vg---lv, /dev/vg-/lv",
        "a--b--c-d--e, /dev/a-b-c/d-e"
    })
    void aVolumeHasTwoNames(String mapperName, String device) {
        assertThat(VolumeName.canonical("/dev/mapper/" + mapperName)).isEqualTo(device);
        assertThat(VolumeName.mapperName(device)).isEqualTo(mapperName);
        assertThat(VolumeName.mapperName("/dev/mapper/" + mapperName)).isEqualTo(mapperName);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/dev/mapper/luks-6a5f-11",
                "/dev/mapper/cryptsda2",
                "/dev/mapper/vg-",
                "/dev/mapper/-lv",
                "/dev/mapper/",
                "/dev/md/mirror",
                "/dev/md127",
                "/dev/vg/lv"
            })
    void otherNamesStayAsTheyAre(String device) {
        assertThat(VolumeName.canonical(device)).isEqualTo(device);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/dev/md/mirror", "/dev/sda", "/dev/a/b/c", "/dev//b", "/dev/a/", "/mnt/a/b", ""})
    void whatIsNoneOfDeviceMappersHasNoNameThere(String device) {
        assertThat(VolumeName.mapperName(device)).isNull();
    }

    @Test
    void drivesOfAllKindsAreTheSame() {
        assertThat(VolumeName.canonical("/dev/vda2")).isEqualTo("/dev/sda2");
        assertThat(VolumeName.canonical("/dev/hdb")).isEqualTo("/dev/sdb");
    }
}
