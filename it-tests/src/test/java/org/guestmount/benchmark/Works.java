package org.guestmount.benchmark;

import java.util.List;

/**
 * The catalogue. Scripts find the variables that {@link Corpus#environment} sets. Sums are of what was read, so that a
 * system that reads wrongly is found out.
 */
final class Works {
    private static final String METADATA = "-printf '%p %s %m %U %G %T@ %l\\n' | LC_ALL=C sort | cksum";
    private static final String READ_LARGE = "cksum < large.bin";
    private static final String PACK = "tar cf - tree | cksum";
    private static final String CONTENTS = "find scratch -type f -print0 | LC_ALL=C sort -z | xargs -0r cat | cksum";

    private static final String WRITTEN = "find scratch -mindepth 1 " + METADATA + "; " + CONTENTS;

    /** Mounting and nothing else. */
    static final Work LAUNCH = Work.reading("launch", "");

    private static final List<Work> ALL = List.of(
            LAUNCH,
            Work.readingTwice("find", "find tree small " + METADATA),
            Work.readingTwice("ls -lR", "ls -lR --time-style=+%s tree | cksum"),
            Work.reading("du", "du -s --apparent-size small | cut -f1"),
            Work.readingTwice("git status", "git -C repository $GIT_OPTIONS status --porcelain | cksum"),
            Work.reading(
                    "rsync unchanged", "rsync -ai --stats \"$CORPUS\"/small/ small/ | grep -c '^[<>ch.*]' || true"),
            Work.reading("deep trees", "find deep " + METADATA),
            Work.reading("huge directory", "ls -l --time-style=+%s many | cksum"),
            Work.readingTwice("cat large", READ_LARGE),
            Work.reading("tar", PACK),
            Work.reading("small files", "cat small/*/* | cksum"),
            Work.reading("grep -r", "grep -rl EINVAL tree | LC_ALL=C sort | cksum"),
            Work.reading(
                    "random 4 KiB", "python3 -c \"$RANDOM_READS\" large.bin 4096 \"$SMALL_READS\" 4 | LC_ALL=C sort"),
            Work.reading("random 1 MiB", "python3 -c \"$RANDOM_READS\" large.bin 1048576 \"$LARGE_READS\" 1"),
            Work.reading(
                    "four readers",
                    "for i in 0 1 2 3; do dd if=large.bin bs=1M skip=$((i * LARGE_MIB / 4)) count=$((LARGE_MIB / 4))"
                            + " status=none | cksum > \"$RESULTS/$i\" & done; wait; cat \"$RESULTS\"/?"),
            Work.writing("cat writable", READ_LARGE, ""),
            Work.writing("tar writable", PACK, ""),
            Work.writing(
                    "write and fsync",
                    "dd if=\"$LARGE\" of=scratch/written bs=1M count=$((LARGE_MIB / 2)) conv=fsync" + " status=none",
                    "cksum < scratch/written"),
            Work.writing("untar and sync", "tar xf \"$TAR\" -C scratch && sync -f scratch", WRITTEN),
            Work.writing(
                    "rsync in",
                    "rsync -a \"$CORPUS\"/small scratch/ && sync -f scratch",
                    "find scratch/small " + METADATA),
            Work.writing("cp within", "cp -a small/d0* scratch/ && sync -f scratch", WRITTEN),
            Work.writing("rm -rf", "rm -rf small/d0* && sync -f .", "find small -mindepth 1 " + METADATA),
            Work.writing("sqlite", "sqlite3 scratch/database \"$SQL\"", "sqlite3 scratch/database '.dump' | cksum"));

    private Works() {}

    static List<Work> all() {
        return ALL;
    }
}
