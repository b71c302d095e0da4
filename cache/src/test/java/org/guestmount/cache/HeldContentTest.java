package org.guestmount.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeldContentTest {
    private final HeldContent content = new HeldContent(
            ByteBuffer.wrap("--contents".getBytes(StandardCharsets.US_ASCII)).position(2));

    @ParameterizedTest
    @CsvSource({
        "0, 8, contents, true",
        "0, 100, contents, true",
        "0, 7, content, false",
        "3, 4, tent, false",
        "3, 5, tents, true",
        "7, 1, s, true",
        "8, 1, '', true",
        "4000000000, 1, '', true",
        "0, 0, '', false"
    })
    void aPartIsReadAsOfAFile(long offset, int length, String expected, boolean end) {
        ByteBuffer destination = ByteBuffer.allocate(length);

        int count = content.read(offset, destination);

        assertThat(StandardCharsets.US_ASCII.decode(destination.flip()).toString())
                .isEqualTo(expected)
                .hasSize(count);
        assertThat(content.endsBy(offset + count)).isEqualTo(end);
        assertThat(content.size()).isEqualTo(8);
    }
}
