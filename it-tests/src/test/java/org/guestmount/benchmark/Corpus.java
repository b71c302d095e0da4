package org.guestmount.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.Python;

/**
 * A disk and the files that are on it, made once and kept: a GUID partition table and one ext4, filled through a loop
 * mount, which is the fastest way and gives directories the indexes that a guest's own have.
 */
record Corpus(Path files, GuestImage raw, double scale) {
    /** Where the partition begins, in bytes. */
    static final int PARTITION_START = 1 << 20;

    private static final String FILES = "files";
    private static final Duration LIMIT = Duration.ofHours(1);
    private static final int LARGE_MEBIBYTES = 512;
    private static final int SMALL_READS = 20_000;
    private static final int LARGE_READS = 400;

    private static final String RANDOM_READS = """
            import hashlib, os, random, sys
            name, length, count, readers = sys.argv[1], *map(int, sys.argv[2:])
            fd = os.open(name, os.O_RDONLY)
            blocks = os.fstat(fd).st_size // length
            for reader in range(readers):
                if os.fork() == 0:
                    chance, digest = random.Random(reader), hashlib.sha256()
                    for _ in range(max(count // readers, 1)):
                        digest.update(os.pread(fd, length, chance.randrange(blocks) * length))
                    os.write(1, f'{reader} {digest.hexdigest()}\\n'.encode())
                    os._exit(0)
            for reader in range(readers):
                os.wait()
            """;

    /** Many small transactions, then a query that reads it all. */
    private static final String SQL = """
            CREATE TABLE entry (id INTEGER PRIMARY KEY, word TEXT);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
              INSERT INTO entry SELECT i, printf('%x', i * 2654435761) FROM n;
            """ + "INSERT INTO entry (word) VALUES ('one more');\n".repeat(50) + """
            CREATE INDEX by_word ON entry (word);
            SELECT count(*), sum(length(word)), max(word) FROM entry;
            PRAGMA integrity_check;
            """;

    /**
     * Makes it, or takes what an earlier run has made.
     *
     * @param scale how much of everything: 1 is 190,000 entries and 512 MiB of data in one file
     */
    static Corpus in(Path folder, double scale) throws IOException {
        Path files = folder.resolve(FILES);
        GuestImage raw = GuestImage.raw(folder.resolve("disk.raw"));
        Path complete = folder.resolve("complete");
        if (!Files.exists(complete)) {
            Command.of("rm", "-rf", files, raw.path()).within(LIMIT).run();
            Files.createDirectories(files);
            Python.script(Corpus.class, "corpus.py", files, scale);
            Command.of("tar", "cf", tar(raw), "-C", files, "tree").within(LIMIT).run();
            int mebibytes = 2 * (int) usedMebibytes(files) + (int) (2048 * Math.max(scale, 0.25));
            fill(raw, mebibytes, folder, "cp -a \"$0\"/. \"$1\"/", files);
            Files.createFile(complete);
        }
        return new Corpus(files, raw, scale);
    }

    /** A new disk whose one filesystem a shell command fills; it gets {@code $0} and the mountpoint, {@code $1}. */
    static void fill(GuestImage raw, int mebibytes, Path folder, String command, Object argument) throws IOException {
        Path mountpoint = Files.createDirectories(folder.resolve("filling"));
        Command.of("truncate", "-s", mebibytes + "M", raw.path()).run();
        Command.of("sgdisk", "-n", "1:2048:0", "-t", "1:8300", raw.path()).run();
        String size = (mebibytes - 2) + "M";
        Command.of(
                        "mke2fs",
                        "-q",
                        "-F",
                        "-t",
                        "ext4",
                        "-b",
                        "4096",
                        "-i",
                        "4096",
                        "-L",
                        "bench",
                        "-E",
                        "offset=" + PARTITION_START,
                        raw.path(),
                        size)
                .within(LIMIT)
                .run();
        Mounted filled = MountSystem.KERNEL.mount(raw, true, mountpoint);
        try {
            Command.of("sh", "-c", command, argument, mountpoint).within(LIMIT).run();
        } finally {
            filled.close();
        }
        Files.delete(mountpoint);
    }

    /** What scripts of {@link Works} refer to. */
    Map<String, String> environment(Path results) {
        return Map.of(
                "CORPUS", files.toString(),
                "TAR", tar(raw).toString(),
                "LARGE", large(raw).toString(),
                "RESULTS", results.toString(),
                "LARGE_MIB", Integer.toString(scaled(LARGE_MEBIBYTES, 8)),
                "SMALL_READS", Integer.toString(scaled(SMALL_READS, 100)),
                "LARGE_READS", Integer.toString(scaled(LARGE_READS, 10)),
                "RANDOM_READS", RANDOM_READS,
                "SQL", SQL,
                // Of files that were copied the rest of what git's index remembers is not the same.
                "GIT_OPTIONS", "-c core.checkStat=minimal -c core.trustctime=false -c safe.directory=*");
    }

    /** The archive that belongs to a disk of this corpus. */
    static Path tar(GuestImage disk) {
        return disk.path().resolveSibling("tree.tar");
    }

    /** The large file that belongs to a disk of this corpus, outside of it. */
    static Path large(GuestImage disk) {
        return disk.path().resolveSibling(FILES).resolve("large.bin");
    }

    String description() throws IOException {
        try (var entries = Files.walk(files)) {
            return entries.count() + " entries, " + usedMebibytes(files) + " MiB (scale " + scale + ")";
        }
    }

    private int scaled(int whole, int least) {
        return Math.max((int) (whole * scale), least);
    }

    private static long usedMebibytes(Path folder) {
        return Long.parseLong(Command.of("sh", "-c", "du -sm \"$0\" | cut -f1", folder)
                .within(LIMIT)
                .run()
                .strip());
    }
}
