package org.guestmount.core.qemu;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;

/**
 * The last lines that were printed to a stream by somebody who is not trusted. Bounded in memory: {@value #MAX_LINES} lines
 * of {@value #MAX_LINE_BYTES} bytes; longer lines are cut into several.
 *
 * <p>Threads: any.
 */
public final class ConsoleLog {
    static final int MAX_LINES = 500;
    static final int MAX_LINE_BYTES = 1000;

    private final Consumer<String> listener;

    @GuardedBy("this")
    private final ArrayDeque<String> lines = new ArrayDeque<>();

    /** @param listener told of each line, on the thread that reads */
    ConsoleLog(Consumer<String> listener) {
        this.listener = listener;
    }

    /** The last lines, oldest first. */
    public synchronized List<String> tail(int count) {
        return lines.stream().skip(Math.max(0, lines.size() - count)).toList();
    }

    /** Takes everything until the stream ends. */
    void readFrom(InputStream stream) throws IOException {
        byte[] line = new byte[MAX_LINE_BYTES];
        byte[] chunk = new byte[4096];
        int length = 0;
        int count;
        while ((count = stream.read(chunk)) >= 0) {
            for (int i = 0; i < count; i++) {
                if (chunk[i] == '\n' || length == MAX_LINE_BYTES) {
                    add(line, length);
                    length = 0;
                }
                if (chunk[i] != '\n') {
                    line[length++] = chunk[i];
                }
            }
        }
        if (length > 0) {
            add(line, length);
        }
    }

    private void add(byte[] bytes, int length) {
        String line = printable(new String(bytes, 0, length, StandardCharsets.UTF_8));
        if (line.isEmpty()) {
            return;
        }
        synchronized (this) {
            if (lines.size() == MAX_LINES) {
                lines.removeFirst();
            }
            lines.addLast(line);
        }
        listener.accept(line);
    }

    /** What a terminal shows as it is: a guest must not be able to send control sequences to the user's. */
    private static String printable(String line) {
        StringBuilder out = new StringBuilder(line.length());
        line.stripTrailing().codePoints().forEach(c -> {
            if (c == '\t') {
                out.append(' ');
            } else {
                out.appendCodePoint(Character.isISOControl(c) ? '?' : c);
            }
        });
        return out.toString();
    }
}
