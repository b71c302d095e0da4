package org.guestmount.core.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FileAttributesTest {
    private static final Timestamp TIME = new Timestamp(0, 0);

    @ParameterizedTest
    @EnumSource
    void theTypeIsInTheMode(FileType type) {
        FileAttributes attributes = attributes(type.modeBits() | 07777, 0);

        assertThat(attributes.type()).isEqualTo(type);
        assertThat(attributes.isDirectory()).isEqualTo(type == FileType.DIRECTORY);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 0644, 0x3000, 0x5000, 0x9000, 0xF000, 0x1_8000, -1})
    void aModeWithoutATypeIsRefused(int mode) {
        assertThatIllegalArgumentException().isThrownBy(() -> attributes(mode, 0));
    }

    @Test
    void aNegativeSizeIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> attributes(0100644, -1));
        assertThatIllegalArgumentException().isThrownBy(() -> AttributeChange.ofSize(-1));
    }

    @Test
    void nanosecondsAreLessThanASecond() {
        assertThat(new Timestamp(-1, 999_999_999).nanos()).isEqualTo(999_999_999);
        assertThatIllegalArgumentException().isThrownBy(() -> new Timestamp(0, 1_000_000_000));
        assertThatIllegalArgumentException().isThrownBy(() -> new Timestamp(0, -1));
    }

    @Test
    void onlyASymbolicLinkHasATarget() {
        FileAttributes link = attributes(0120777, 1);
        FileAttributes file = attributes(0100644, 1);

        assertThat(new FileDetails(link, "t", false).linkTarget()).isEqualTo("t");
        assertThatIllegalArgumentException().isThrownBy(() -> new FileDetails(link, null, false));
        assertThatIllegalArgumentException().isThrownBy(() -> new FileDetails(file, "t", false));
    }

    @Test
    void onlyFilesHavePrivilegesToLose() {
        assertThat(attributes(0106755, 0).unprivilegedMode()).isEqualTo(0100755);
        assertThat(attributes(0106745, 0).unprivilegedMode()).isEqualTo(0102745);
        assertThat(attributes(0046755, 0).unprivilegedMode()).isEqualTo(0046755);
    }

    @Test
    void theInodeIsNamedByDeviceAndNumber() {
        assertThat(attributes(0100644, 0).key()).isEqualTo(new InodeKey(1, 2));
    }

    private static FileAttributes attributes(int mode, long size) {
        return new FileAttributes(1, 2, mode, 1, 0, 0, 0, size, 0, 4096, TIME, TIME, TIME);
    }
}
