package org.guestmount.it.framework;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What is still there of a use of guestmount that had a folder to itself: processes that have the folder in their
 * arguments or environment, mounts below it, and files, where files should be gone.
 */
public record Leftovers(List<RunningProcess> processes, List<MountEntry> mounts, List<Path> files) {
    /** A process as {@code /proc} shows it. */
    public record RunningProcess(long pid, String arguments) {
        public boolean is(String program) {
            return arguments.substring(0, Math.max(0, arguments.indexOf(' '))).contains(program);
        }

        /** The bytes of memory it has in RAM. */
        public long residentBytes() {
            return read(Path.of("/proc", Long.toString(pid), "status"))
                    .lines()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .sum();
        }
    }

    private static final int POLL_MILLIS = 100;
    private static final int MAX_POLLS = 20;

    /**
     * Looks for them now, but lets processes end that are about to: what waits for QEMU's end does so a moment after it.
     *
     * @param temporaryFolders folders that ought to be empty
     */
    public static Leftovers of(Path folder, List<Path> temporaryFolders) {
        List<MountEntry> mounts = MountEntry.all().stream()
                .filter(mount -> mount.mountpoint().startsWith(folder + "/"))
                .toList();
        List<Path> files = new ArrayList<>();
        for (Path temporary : temporaryFolders) {
            try (Stream<Path> entries = Files.list(temporary)) {
                entries.forEach(files::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        List<RunningProcess> processes = processes(folder);
        for (int polls = 0; !processes.isEmpty() && polls < MAX_POLLS; polls++) {
            pause();
            processes = processes(folder);
        }
        return new Leftovers(processes, mounts, files);
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The running processes, except this one, that have a folder in their arguments or environment. */
    public static List<RunningProcess> processes(Path folder) {
        String sought = folder.toString();
        return ProcessHandle.allProcesses()
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .filter(process -> read(Path.of("/proc", Long.toString(process.pid()), "cmdline"))
                                .contains(sought)
                        || read(Path.of("/proc", Long.toString(process.pid()), "environ"))
                                .contains(sought))
                .map(process -> new RunningProcess(
                        process.pid(),
                        read(Path.of("/proc", Long.toString(process.pid()), "cmdline"))
                                .replace('\0', ' ')))
                .toList();
    }

    public boolean isNothing() {
        return processes.isEmpty() && mounts.isEmpty() && files.isEmpty();
    }

    /** Kills and unmounts it, so that it does not disturb the tests that follow. */
    public void remove() {
        processes.forEach(process -> ProcessHandle.of(process.pid()).ifPresent(ProcessHandle::destroyForcibly));
        mounts.forEach(mount -> Command.of("umount", "-l", mount.mountpoint()).result());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            // A process that has ended meanwhile, or another user's: not one of ours.
            return "";
        }
    }
}
