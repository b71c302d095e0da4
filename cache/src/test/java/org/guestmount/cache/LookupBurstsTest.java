package org.guestmount.cache;

import static org.assertj.core.api.Assertions.assertThat;

import org.guestmount.core.fs.GuestPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LookupBurstsTest {
    private static final GuestPath DIRECTORY = GuestPath.of("/directory");

    private final LookupBursts lookups = new LookupBursts();

    private int lookupsUntilDue(long size) {
        int count = 1;
        while (!lookups.isDue(DIRECTORY, size)) {
            count++;
        }
        return count;
    }

    @ParameterizedTest
    @CsvSource({"0, 4", "1023, 4", "4096, 8", "65536, 68"})
    void theLargerADirectoryTheMoreLookupsAreWorthListingIt(long size, int count) {
        assertThat(lookupsUntilDue(size)).isEqualTo(count);
        assertThat(lookupsUntilDue(size)).as("once more").isEqualTo(count);
    }

    @Test
    void lookupsInOtherDirectoriesDoNotCount() {
        for (int i = 0; i < 100; i++) {
            assertThat(lookups.isDue(GuestPath.of("/other" + i), 0)).isFalse();
        }
    }

    @Test
    void whatWasLookedUpInLongAgoIsForgotten() {
        for (int i = 1; i < LookupBursts.MIN_LOOKUPS; i++) {
            assertThat(lookups.isDue(DIRECTORY, 0)).isFalse();
        }
        for (int i = 0; i < 1000; i++) {
            assertThat(lookups.isDue(GuestPath.of("/other" + i), 0)).isFalse();
        }
        assertThat(lookupsUntilDue(0)).isEqualTo(LookupBursts.MIN_LOOKUPS);
    }
}
