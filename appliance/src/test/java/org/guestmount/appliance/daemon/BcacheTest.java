package org.guestmount.appliance.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BcacheTest {
    /** Where make-bcache(8) puts it, which prints it as "Set UUID". */
    @Test
    void aSuperblockTellsWhichCacheTheDeviceBelongsTo(@TempDir Path folder) throws Exception {
        byte[] disk = new byte[8192];
        for (int i = 0; i < 16; i++) {
            disk[4096 + 56 + i] = (byte) (0xF0 - i);
        }

        String node = Files.write(folder.resolve("disk"), disk).toString();

        assertThat(Bcache.cacheOf(node)).isEqualTo("f0efeeed-eceb-eae9-e8e7-e6e5e4e3e2e1");
    }
}
