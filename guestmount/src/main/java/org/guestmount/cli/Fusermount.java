package org.guestmount.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.guestmount.mount.MountTable;

/** This machine, where fusermount unmounts, as it may for ordinary users. Source: fusermount3(1). */
final class Fusermount implements UnmountTask.Host {
    private static final List<String> PROGRAMS = List.of("fusermount3", "fusermount");

    /** How it went. */
    enum Outcome {
        UNMOUNTED,
        /** Trying again may help. */
        BUSY,
        FAILED
    }

    /** @param message what fusermount printed, or why it could not be run; empty if all is well */
    record Attempt(Outcome outcome, String message) {}

    @Override
    public Attempt unmount(Path mountpoint) throws InterruptedException {
        for (String program : PROGRAMS) {
            ProcessBuilder builder = new ProcessBuilder(program, "-u", "--", mountpoint.toString());
            builder.environment().put("LC_ALL", "C.UTF-8");
            builder.redirectErrorStream(true);
            try {
                return attempt(builder.start());
            } catch (IOException e) {
                // Not this one, then; that there is none is said below.
            }
        }
        return new Attempt(Outcome.FAILED, "fusermount3 is not installed; install the package fuse3");
    }

    private static Attempt attempt(Process process) throws IOException, InterruptedException {
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() == 0) {
            return new Attempt(Outcome.UNMOUNTED, "");
        }
        boolean busy = output.contains("busy");
        return new Attempt(busy ? Outcome.BUSY : Outcome.FAILED, output);
    }

    @Override
    public MountTable mounts() throws IOException {
        return MountTable.read();
    }

    @Override
    public MountRecords records(int user) {
        return MountRecords.of(user);
    }

    @Override
    public void pause(Duration time) throws InterruptedException {
        Thread.sleep(time.toMillis());
    }
}
