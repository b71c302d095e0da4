package org.guestmount.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

final class WireReaderTest {
    @Test
    void aCountLargerThanWhatIsThereIsRefusedBeforeAnythingIsAllocated() {
        for (int count : new int[] {2, 1000, Integer.MAX_VALUE, -1, Integer.MIN_VALUE}) {
            ByteBuffer bytes =
                    ByteBuffer.allocate(5).putInt(count).put((byte) 'x').flip();

            assertRefused(() -> new WireReader(bytes).string());
            assertRefused(() -> new WireReader(bytes).text());
            assertRefused(() -> new WireReader(bytes).bytes());
            assertRefused(() -> new WireReader(bytes).list(WireReader::u8));
            assertRefused(() -> new WireReader(bytes).path());
        }
    }

    @Test
    void aTruthValueIsZeroOrOne() throws Exception {
        assertThat(new WireReader(ByteBuffer.wrap(new byte[] {0})).bool()).isFalse();
        assertThat(new WireReader(ByteBuffer.wrap(new byte[] {1})).bool()).isTrue();
        assertRefused(() -> new WireReader(ByteBuffer.wrap(new byte[] {2})).bool());
    }

    @Test
    void aPathMustBeAbsoluteAndPlain() {
        for (String path : new String[] {"", "a", "/..", "/a/../b", "/\0"}) {
            ByteBuffer bytes = new WireWriter().string(path).toByteBuffer();

            assertRefused(() -> new WireReader(bytes).path());
        }
    }

    @Test
    void zeroIsNotAHandle() {
        assertRefused(() -> new WireReader(ByteBuffer.allocate(8)).handle());
    }

    @Test
    void aViewOfBytesCannotBeWritten() throws Exception {
        ByteBuffer bytes = new WireWriter().bytes(ByteBuffer.wrap(new byte[3])).toByteBuffer();

        assertThat(new WireReader(bytes).bytes().isReadOnly()).isTrue();
    }

    @Test
    void everyByteIsKeptInAString() throws Exception {
        StringBuilder all = new StringBuilder();
        for (char c = 0; c < 256; c++) {
            all.append(c);
        }
        ByteBuffer bytes = new WireWriter().string(all.toString()).toByteBuffer();

        assertThat(bytes.remaining()).isEqualTo(4 + 256);
        assertThat(new WireReader(bytes).string()).isEqualTo(all.toString());
    }

    @Test
    void whatIsNoByteIsNotWritten() {
        assertThatIllegalArgumentException().isThrownBy(() -> new WireWriter().string("\u0100"));
    }

    private static void assertRefused(ThrowingCallable decoding) {
        assertThatExceptionOfType(ProtocolException.class).isThrownBy(decoding);
    }
}
