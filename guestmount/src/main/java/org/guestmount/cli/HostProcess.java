package org.guestmount.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process of this machine, not to be confused with a later one of the same number.
 *
 * @param pid its number
 * @param startTicks when it started, in clock ticks since boot. Source: proc(5), /proc/[pid]/stat field 22
 */
record HostProcess(long pid, long startTicks) {
    static HostProcess current() {
        long pid = ProcessHandle.current().pid();
        return running(pid).orElseThrow(() -> new IllegalStateException("/proc does not show this process"));
    }

    /** The running process of this number. One that has ended and awaits its parent does not run. */
    static Optional<HostProcess> running(long pid) {
        try {
            String stat = new String(
                    Files.readAllBytes(Path.of("/proc", Long.toString(pid), "stat")), StandardCharsets.ISO_8859_1);
            // The second field is the program's name in parentheses, and may hold anything.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            boolean ended = fields[0].equals("Z") || fields[0].equals("X");
            return ended ? Optional.empty() : Optional.of(new HostProcess(pid, Long.parseLong(fields[19])));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    boolean isRunning() {
        return running(pid).filter(this::equals).isPresent();
    }
}
