package org.guestmount.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.guestmount.it.framework.Command;

/** A disk mounted by one of the systems. */
interface Mounted extends AutoCloseable {
    /** What any one thing may take. */
    Duration LIMIT = Duration.ofHours(1);

    /**
     * Runs a script in the mount's root, which must succeed.
     *
     * @param environment as {@link Corpus#environment}
     * @return what it printed
     */
    String run(String script, Map<String, String> environment);

    /** The most memory that the serving process ever had in RAM, in mebibytes; 0 where there is none. */
    long peakMebibytes() throws IOException;

    /** Unmounts it, and returns when the image is free. */
    @Override
    void close();

    /**
     * On this host.
     *
     * @param pid of the process that serves it, or {@link #NO_PROCESS}
     * @param unmounting what unmounts it and returns when the image is free
     */
    record Here(Path root, long pid, Runnable unmounting) implements Mounted {
        static final long NO_PROCESS = -1;

        /** Returns when programs can use the mount. */
        public Here {
            try {
                Files.readAttributes(root, "unix:ino");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** With a shell whose status is not only that of the last command. */
        @Override
        public String run(String script, Map<String, String> environment) {
            return Command.of("bash", "-o", "pipefail", "-c", script)
                    .in(root)
                    .with(environment)
                    .within(LIMIT)
                    .run();
        }

        @Override
        public long peakMebibytes() throws IOException {
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
}
