package org.guestmount.appliance.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.guestmount.core.fs.GuestFilesystemException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class EncryptedVolumeTest {
    private static @Nullable EncryptedVolume of(String device, String type, @Nullable String uuid) {
        return EncryptedVolume.of(
                device, "/dev/dm-1", new Blkid.Content(type, null, null, uuid, "crypto", null, false));
    }

    @Test
    void theNameOfWhatIsOpenedTellsWhatItWas() {
        assertThat(of("/dev/sda2", "crypto_LUKS", "6a5f-11"))
                .extracting(EncryptedVolume::opened)
                .isEqualTo("/dev/mapper/luks-6a5f-11");
        assertThat(of("/dev/vg-a/root_1", "crypto_LUKS", null))
                .extracting(EncryptedVolume::opened)
                .isEqualTo("/dev/mapper/cryptvgaroot1");
        assertThat(of("/dev/sda2", "BitLocker", null))
                .extracting(EncryptedVolume::opened)
                .isEqualTo("/dev/mapper/cryptsda2");
        assertThat(of("/dev/sda2", "ext4", "6a5f-11")).isNull();
    }

    @Test
    void theMostDemandingKeyCounts() {
        assertThat(EncryptedVolume.largestMemory("""
                        {"keyslots":{"0":{"kdf":{"type":"argon2id","time":4,"memory": 1048576,"cpus":4}},
                         "1":{"kdf":{"type":"argon2i","memory":65536}},"2":{"kdf":{"type":"pbkdf2","iterations":99}}}}""")).isEqualTo(1L << 30);
        assertThat(EncryptedVolume.largestMemory("{}")).isZero();
        assertThat(EncryptedVolume.largestMemory("\"memory\":")).isZero();
        assertThat(EncryptedVolume.largestMemory("\"memory\":" + "9".repeat(100)))
                .isPositive();
    }

    @Test
    void metadataIsAnObjectOfBoundedSizeWhateverElseIsSaid() throws Exception {
        assertThat(EncryptedVolume.json("/dev/sda2", "WARNING: odd\n{\"tokens\":{}}\nand so on"))
                .isEqualTo("{\"tokens\":{}}");
        for (String output : List.of("", "}{", "No such device", "{\"a\":\"" + "x".repeat(1 << 18) + "\"}")) {
            assertThatThrownBy(() -> EncryptedVolume.json("/dev/sda2", output))
                    .isInstanceOf(GuestFilesystemException.class)
                    .hasMessageStartingWith("/dev/sda2 has ");
        }
    }

    @Test
    void freeMemoryIsRead() {
        assertThat(MemoryNeed.available("MemTotal:   1000 kB\nMemFree: 5 kB\nMemAvailable:     344364 kB\n"))
                .isEqualTo(344364L << 10);
        assertThat(MemoryNeed.available("")).isZero();
    }
}
