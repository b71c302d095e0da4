package org.guestmount.appliance.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class DynamicDisksTest {
    private final ByteBuffer disk = ByteBuffer.allocate(34 * 512).order(ByteOrder.LITTLE_ENDIAN);

    private void partition(int type) {
        disk.putShort(510, (short) 0xAA55).put(446 + 16 + 4, (byte) type);
    }

    @Test
    void anMbrHasATypeForThem() {
        partition(0x42);

        assertThat(DynamicDisks.isOne(disk, 512)).isTrue();
    }

    @Test
    void aGptHasAPartitionForTheirMetadata() {
        partition(0xEE);
        assertThat(DynamicDisks.isOne(disk, 512)).isFalse();

        disk.put(2 * 512 + 5 * 128, HexFormat.of().parseHex("aac808588f7ee04285d2e1e90434cfb3"));

        assertThat(DynamicDisks.isOne(disk, 512)).isTrue();
    }

    @Test
    void otherDisksAreNone() {
        assertThat(DynamicDisks.isOne(disk, 512)).isFalse();
        partition(0x83);
        assertThat(DynamicDisks.isOne(disk, 512)).isFalse();
        assertThat(DynamicDisks.isOne(ByteBuffer.allocate(100), 512)).isFalse();
    }
}
