package org.guestmount.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.GuestImage;

/** How time and memory grow with trees of more entries and files of more pieces. */
final class Growth {
    private static final List<Integer> ENTRIES = List.of(10_000, 100_000, 1_000_000);
    private static final List<Integer> EXTENTS = List.of(1_000, 10_000, 100_000);
    private static final int LEAST = 100;

    /** Empty files, a thousand in a folder. */
    private static final String MAKE_TREE = """
            import os, sys
            for i in range(int(sys.argv[1])):
                folder = f"{sys.argv[2]}/tree/{i // 1000:04}"
                if i % 1000 == 0:
                    os.makedirs(folder)
                os.close(os.open(f"{folder}/file {i}", os.O_CREAT, 0o644))
            """;

    /** Blocks of data with a block's hole after each. */
    private static final String MAKE_PIECES = """
            import os, sys
            fd = os.open(f"{sys.argv[2]}/pieces", os.O_CREAT | os.O_WRONLY)
            for i in range(int(sys.argv[1])):
                os.pwrite(fd, i.to_bytes(8, "big") * 512, i * 8192)
            """;

    private final Path folder;
    private final List<MountSystem> systems;
    private final double scale;
    private final Results results = new Results();
    private final Map<String, Long> peakMebibytes = new LinkedHashMap<>();

    Growth(Path folder, List<MountSystem> systems, double scale) {
        this.folder = folder;
        this.systems = systems;
        this.scale = scale;
    }

    void run(int rounds) throws IOException {
        for (int entries : ENTRIES) {
            int count = scaled(entries);
            GuestImage disk = disk("tree-" + count, MAKE_TREE, count, 64 + count / 200);
            measure(
                    disk,
                    Work.reading("find " + count + " entries", "find tree -size 0 | LC_ALL=C sort | cksum"),
                    rounds);
        }
        for (int extents : EXTENTS) {
            int count = scaled(extents);
            GuestImage disk = disk("pieces-" + count, MAKE_PIECES, count, 64 + count / 100);
            measure(disk, Work.reading("cat " + count + " extents", "cksum < pieces"), rounds);
        }
    }

    Results results() {
        return results;
    }

    /** A Markdown table of the most memory that our process had. */
    String memory() {
        StringBuilder table = new StringBuilder("| work | most memory of ours, MiB |\n|---|---:|");
        peakMebibytes.forEach((work, mebibytes) -> table.append("\n| ")
                .append(work)
                .append(" | ")
                .append(mebibytes)
                .append(" |"));
        return table.append('\n').toString();
    }

    private int scaled(int whole) {
        return Math.max((int) (whole * scale), LEAST);
    }

    private GuestImage disk(String name, String program, int count, int mebibytes) throws IOException {
        GuestImage disk = GuestImage.raw(folder.resolve(name + ".raw"));
        if (!Files.exists(disk.path())) {
            Path making = folder.resolve(name + ".making");
            Files.deleteIfExists(making);
            String command = "exec python3 -c '" + program + "' \"$0\" \"$1\"";
            Corpus.fill(GuestImage.raw(making), mebibytes, folder, command, count);
            Files.move(making, disk.path());
        }
        return disk;
    }

    private void measure(GuestImage disk, Work work, int rounds) throws IOException {
        Runner runner = new Runner(folder, Map.of(), true, results);
        for (int round = 0; round < rounds; round++) {
            runner.round(disk, systems, List.of(work));
        }
        if (systems.contains(MountSystem.OURS)) {
            Path mountpoint = Files.createTempDirectory(folder, "mnt-");
            try (Mounted mounted = MountSystem.OURS.mount(disk, false, mountpoint)) {
                Command.of("sh", "-c", work.script())
                        .in(mountpoint)
                        .within(Mounted.LIMIT)
                        .run();
                peakMebibytes.put(work.name(), mounted.peakMebibytes());
            } finally {
                Files.delete(mountpoint);
            }
        }
    }
}
