package org.guestmount.core.fs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class ErrnoTest {
    @Test
    void everyErrorIsFoundByItsNumber() {
        for (Errno errno : Errno.values()) {
            assertThat(Errno.of(errno.number())).isEqualTo(errno);
        }
    }

    @Test
    void numbersAndDescriptionsAreUnique() {
        assertThat(Arrays.stream(Errno.values()).map(Errno::number)).doesNotHaveDuplicates();
        assertThat(Arrays.stream(Errno.values()).map(Errno::description)).doesNotHaveDuplicates();
    }

    @Test
    void theNumbersOfTheCommonOnesAreTheKernels() {
        assertThat(Errno.ENOENT.number()).isEqualTo(2);
        assertThat(Errno.ERANGE.number()).isEqualTo(34);
        assertThat(Errno.ENAMETOOLONG.number()).isEqualTo(36);
        assertThat(Errno.ENOTEMPTY.number()).isEqualTo(39);
        assertThat(Errno.ENODATA.number()).isEqualTo(61);
        assertThat(Errno.EOPNOTSUPP.number()).isEqualTo(95);
        assertThat(Errno.ESTALE.number()).isEqualTo(116);
    }

    @Test
    void aNumberThatIsNoErrorsIsAnInputOutputError() {
        for (int number : new int[] {0, -1, -2, 41, 58, 134, 256, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            assertThat(Errno.of(number)).isEqualTo(Errno.EIO);
        }
    }

    @Test
    void aFailureSaysWhatOnWhatAndWhy() {
        GuestFilesystemException failure =
                GuestFilesystemException.of(Errno.ENOENT, "open", GuestPath.of("/etc/missing"));

        assertThat(failure).hasMessage("open /etc/missing: No such file or directory");
        assertThat(failure.errno()).isEqualTo(Errno.ENOENT);
        assertThat(failure.getStackTrace()).isEmpty();
    }
}
