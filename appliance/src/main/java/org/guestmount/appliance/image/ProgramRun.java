package org.guestmount.appliance.image;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What came of running a program of the host.
 *
 * @param ended whether it ended by itself, in time
 * @param status its exit status
 * @param output all that it printed
 */
record ProgramRun(boolean ended, int status, String output) {
    /** One that prints the same everywhere, and takes file names as they are. */
    private static final String LOCALE = "C.UTF-8";

    /**
     * Runs a program that reads nothing. It is killed if it does not end in time, or if this thread is interrupted.
     *
     * @param folder its working folder; what it prints is kept there meanwhile
     */
    static ProgramRun of(List<String> command, Path folder, Duration timeout) throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "output", null);
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectInput(new File("/dev/null"))
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment().put("LC_ALL", LOCALE);
            Process process = builder.start();
            boolean ended = false;
            try {
                ended = process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
            } finally {
                // What it writes to is removed next, so its end is waited for: nothing survives SIGKILL.
                process.destroyForcibly().onExit().join();
            }
            return new ProgramRun(
                    ended, process.exitValue(), new String(Files.readAllBytes(output), StandardCharsets.UTF_8));
        } finally {
            Files.delete(output);
        }
    }

    boolean succeeded() {
        return ended && status == 0;
    }
}
