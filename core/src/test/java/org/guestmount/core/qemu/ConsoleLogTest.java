package org.guestmount.core.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConsoleLogTest {
    private final List<String> heard = new ArrayList<>();
    private final ConsoleLog log = new ConsoleLog(heard::add);

    @Test
    void keepsLinesAndTellsThem() throws IOException {
        print("one\r\ntwo\n\n\nthree");

        assertThat(log.tail(10)).containsExactly("one", "two", "three").isEqualTo(heard);
        assertThat(log.tail(2)).containsExactly("two", "three");
    }

    @Test
    void forgetsTheOldestLines() throws IOException {
        print("first\n" + "x\n".repeat(ConsoleLog.MAX_LINES - 1) + "last\n");

        assertThat(log.tail(Integer.MAX_VALUE))
                .hasSize(ConsoleLog.MAX_LINES)
                .doesNotContain("first")
                .endsWith("last");
    }

    @Test
    void cutsALineThatNeverEnds() throws IOException {
        print("x".repeat(3 * ConsoleLog.MAX_LINE_BYTES + 1));

        assertThat(log.tail(10))
                .hasSize(4)
                .allMatch(l -> l.length() <= ConsoleLog.MAX_LINE_BYTES)
                .endsWith("x");
    }

    @Test
    void letsNoControlSequenceThrough() throws IOException {
        print("\u001b[31mred\u0007\ttab \u009b2J \u00e9\n");

        assertThat(log.tail(1)).containsExactly("?[31mred? tab ?2J \u00e9");
    }

    private void print(String text) throws IOException {
        log.readFrom(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }
}
