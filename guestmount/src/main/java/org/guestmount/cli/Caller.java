package org.guestmount.cli;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The launcher script, and through it whoever ran it, from whom a process that serves a mount in the background is freed.
 * Until then it prints to the caller's terminal; afterwards it holds nothing of the caller's, so that a pipe that the
 * caller reads to its end does end.
 */
final class Caller {
    /** What the launcher waits for on this process's standard output. */
    private static final String READY = "guestmount is ready";

    private static final int STDIN = 0;
    private static final int STDOUT = 1;
    private static final int STDERR = 2;

    private final NativeProcess process;

    Caller(NativeProcess process) {
        this.process = process;
    }

    /** Whether the launcher waits, rather than having become this process. */
    static boolean isWaiting() {
        return Boolean.getBoolean("guestmount.detach");
    }

    /**
     * Lets the launcher return with success; what is printed from now on goes to the file.
     *
     * @throws IOException if the launcher is gone, so that nobody knows of the mount
     */
    void leave(Path log) throws IOException {
        // A shell starts what it does not wait for with this signal ignored, and the JVM leaves that so.
        process.heedInterrupt();
        int file = process.openToAppend(log.toString());
        if (file < 0) {
            throw new IOException(log + " cannot be opened");
        }
        process.duplicate(file, STDIN);
        process.duplicate(file, STDERR);
        System.out.println(READY);
        boolean told = !System.out.checkError();
        process.duplicate(file, STDOUT);
        process.close(file);
        if (!told) {
            throw new IOException("the command that started this process is gone");
        }
    }
}
