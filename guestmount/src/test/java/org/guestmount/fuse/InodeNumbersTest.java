package org.guestmount.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.guestmount.core.fs.InodeKey;
import org.junit.jupiter.api.Test;

class InodeNumbersTest {
    private static final long ROOT_DEVICE = 0x801;

    @Test
    void firstFilesystemKeepsItsNumbers() {
        InodeNumbers numbers = new InodeNumbers();

        assertThat(numbers.of(new InodeKey(ROOT_DEVICE, 2))).isEqualTo(2);
        assertThat(numbers.of(new InodeKey(ROOT_DEVICE, 123_456_789_012L))).isEqualTo(123_456_789_012L);
    }

    @Test
    void sameNumberOnOtherFilesystemsIsAnother() {
        InodeNumbers numbers = new InodeNumbers();
        Set<Long> seen = new HashSet<>();

        for (long device = 0; device < 1000; device++) {
            for (long inode : new long[] {2, 256, 257, (1L << 48) - 1}) {
                assertThat(seen.add(numbers.of(new InodeKey(device, inode)))).isTrue();
            }
        }
    }

    @Test
    void numbersLast() {
        InodeNumbers numbers = new InodeNumbers();
        numbers.of(new InodeKey(ROOT_DEVICE, 2));
        long number = numbers.of(new InodeKey(7, 2));
        numbers.of(new InodeKey(8, 2));

        assertThat(numbers.of(new InodeKey(7, 2))).isEqualTo(number);
    }
}
