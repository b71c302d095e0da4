package org.guestmount.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.GuestImage;

/**
 * Does works through systems in turns: each round goes through all of them, so that what else the machine does meanwhile
 * burdens all alike. Each work has a mount to itself, and a disk to itself where it writes.
 */
final class Runner {
    private final Path folder;
    private final Map<String, String> environment;
    private final boolean readsImageFirst;
    private final Results results;

    /**
     * @param folder for mountpoints and disks that are written to
     * @param environment of the works' scripts
     * @param readsImageFirst whether the image is in the page cache when it is mounted, so that software is compared
     *     and not the host's disk
     */
    Runner(Path folder, Map<String, String> environment, boolean readsImageFirst, Results results) {
        this.folder = folder;
        this.environment = environment;
        this.readsImageFirst = readsImageFirst;
        this.results = results;
    }

    void round(GuestImage disk, List<MountSystem> systems, List<Work> works) throws IOException {
        for (Work work : works) {
            for (MountSystem system : systems) {
                if (system.canMount(disk) && system.canDo(work)) {
                    runOrNote(disk, system, work);
                }
            }
        }
    }

    /** One that fails costs no other its result. */
    private void runOrNote(GuestImage disk, MountSystem system, Work work) throws IOException {
        try {
            run(disk, system, work);
        } catch (AssertionError e) {
            results.fault(work.name() + " through " + system + " failed: " + e.getMessage());
        }
    }

    private void run(GuestImage disk, MountSystem system, Work work) throws IOException {
        GuestImage used = work.writable() ? disk.copiedTo(folder.resolve("written." + disk.format())) : disk;
        dropCaches(used);
        Path mountpoint = Files.createTempDirectory(folder, "mnt-");
        long start = System.nanoTime();
        try (Mounted mounted = system.mount(used, work.writable(), mountpoint)) {
            if (work.equals(Works.LAUNCH)) {
                note(work.name(), system, start);
            } else {
                time(work.name(), system, mounted, work.script());
                if (work.again()) {
                    time(work.nameOfSecondTime(), system, mounted, work.script());
                }
                if (!work.check().isEmpty()) {
                    results.agree(work.name() + ", checked", system, mounted.run(work.check(), environment));
                }
            }
        } finally {
            Files.delete(mountpoint);
        }
        if (work.writable()) {
            checkFilesystem(used, system, work);
            Files.delete(used.path());
        }
    }

    private void time(String name, MountSystem system, Mounted mounted, String script) {
        long start = System.nanoTime();
        String output = mounted.run(script, environment);
        note(name, system, start);
        results.agree(name, system, output);
    }

    private void note(String name, MountSystem system, long start) {
        double seconds = (System.nanoTime() - start) / 1e9;
        System.err.printf("  %-22s %-10s %8.3f s%n", name, system, seconds);
        results.add(name, system, seconds);
    }

    private void dropCaches(GuestImage disk) {
        Command.of("sh", "-c", "sync; echo 3 > /proc/sys/vm/drop_caches")
                .within(Mounted.LIMIT)
                .run();
        if (readsImageFirst) {
            Command.of("sh", "-c", "cat \"$0\" > /dev/null", disk.path())
                    .within(Mounted.LIMIT)
                    .run();
        }
    }

    /** Only of raw disks, in which e2fsck can look at a partition. */
    private void checkFilesystem(GuestImage disk, MountSystem system, Work work) {
        if (disk.format().equals("raw")) {
            Command.Result check = Command.of("e2fsck", "-fn", disk.path() + "?offset=" + Corpus.PARTITION_START)
                    .within(Mounted.LIMIT)
                    .result();
            if (check.status() != 0) {
                results.fault("after " + work.name() + " through " + system + ": " + check);
            }
        }
    }
}
