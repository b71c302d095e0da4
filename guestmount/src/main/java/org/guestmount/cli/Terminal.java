package org.guestmount.cli;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The terminal guestmount was called from. A process in a session of its own has none, and /dev/tty cannot be opened there: then it is
 * that of the launcher, which waits for this process.
 *
 * <p>Source: proc(5) on /proc/[pid]/stat, Documentation/admin-guide/devices.txt of the Linux kernel, stty(1).
 */
final class Terminal {
    /** After the program's name in /proc/[pid]/stat: state, ppid, pgrp, session, tty_nr. */
    private static final int PARENT = 1;

    private static final int TTY_NUMBER = 4;

    private static final int CONSOLE_MAJOR = 4;
    private static final int FIRST_SERIAL_MINOR = 64;
    private static final int FIRST_PTS_MAJOR = 136;
    private static final int LAST_PTS_MAJOR = 143;
    private static final int MAX_LINE_BYTES = 4096;

    private final Path device;

    private Terminal(Path device) {
        this.device = device;
    }

    /** Null if there is none that can be asked at. */
    static @Nullable Terminal find() {
        try {
            String[] own = stat("self");
            Path device = device(Integer.parseInt(own[TTY_NUMBER]));
            if (device == null && Caller.isWaiting()) {
                device = device(Integer.parseInt(stat(own[PARENT])[TTY_NUMBER]));
            }
            return device == null || !Files.isWritable(device) ? null : new Terminal(device);
        } catch (IOException e) {
            return null;
        }
    }

    private static String[] stat(String process) throws IOException {
        String stat = new String(Files.readAllBytes(Path.of("/proc", process, "stat")), StandardCharsets.ISO_8859_1);
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    }

    /** The device with a number as in tty_nr; null for 0 and for kinds that nobody sits at. */
    static @Nullable Path device(int number) {
        int major = (number >> 8) & 0xFFF;
        int minor = (number & 0xFF) | ((number >> 12) & 0xFFF00);
        if (major >= FIRST_PTS_MAJOR && major <= LAST_PTS_MAJOR) {
            return Path.of("/dev/pts/" + ((major - FIRST_PTS_MAJOR) * 256 + minor));
        }
        if (major != CONSOLE_MAJOR) {
            return null;
        }
        return Path.of(minor < FIRST_SERIAL_MINOR ? "/dev/tty" + minor : "/dev/ttyS" + (minor - FIRST_SERIAL_MINOR));
    }

    /**
     * Asks for a line.
     *
     * @param echo whether what is typed is shown
     * @return the line's bytes, without its end; empty if there is no line
     * @throws InterruptedException if this thread is told to end; the terminal is as before then
     */
    byte[] ask(String question, boolean echo) throws IOException, InterruptedException {
        try (FileOutputStream out = new FileOutputStream(device.toFile())) {
            String before = echo ? "" : stty("-g").strip();
            if (!before.isEmpty()) {
                stty("-echo");
            }
            try {
                out.write(question.getBytes(StandardCharsets.UTF_8));
                return readLine();
            } finally {
                if (!before.isEmpty()) {
                    stty(before);
                    out.write('\n');
                }
            }
        }
    }

    /** Reads in a thread that can be left behind: reading a terminal cannot be interrupted. */
    private byte[] readLine() throws IOException, InterruptedException {
        CompletableFuture<byte[]> line = new CompletableFuture<>();
        Thread reader = new Thread(
                () -> {
                    try (FileInputStream in = new FileInputStream(device.toFile())) {
                        byte[] buffer = new byte[MAX_LINE_BYTES];
                        int count = Math.max(in.read(buffer), 0);
                        int end = count > 0 && buffer[count - 1] == '\n' ? count - 1 : count;
                        line.complete(Arrays.copyOf(buffer, end));
                        Arrays.fill(buffer, (byte) 0);
                    } catch (IOException e) {
                        line.completeExceptionally(e);
                    }
                },
                "terminal");
        reader.setDaemon(true);
        reader.start();
        try {
            return line.get();
        } catch (ExecutionException e) {
            throw new IOException(device + " cannot be read", e);
        }
    }

    private String stty(String setting) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("stty", "-F", device.toString(), setting)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        return process.waitFor() == 0 ? said : "";
    }
}
