package org.guestmount.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A disk mounted by one of the systems.
 *
 * @param pid of the process that serves it, or {@link #NO_PROCESS}
 * @param unmounting what unmounts it and returns when the image is free
 */
record Mounted(Path root, long pid, Runnable unmounting) implements AutoCloseable {
    static final long NO_PROCESS = -1;

    /** The most memory that the serving process ever had in RAM, in mebibytes; 0 where there is none. */
    long peakMebibytes() throws IOException {
        if (pid == NO_PROCESS) {
            return 0;
        }
        return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .sum();
    }

    @Override
    public void close() {
        unmounting.run();
    }
}
