package org.guestmount.it.framework;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts filesystems into the partitions of a new raw disk. */
public final class PartitionedDisk {
    private static final long MEBIBYTE = 1 << 20;
    private static final int SECTOR = 512;

    /** c is the whole slice, d the whole disk. */
    private static final String BSD_LETTERS = "abefgh";

    /** 4.2BSD: Linux takes no notice of partitions without a type. */
    private static final String BSD_TYPE = "7";

    private PartitionedDisk() {}

    /** A GUID partition table; the first filesystem becomes partition 1. */
    public static GuestImage gpt(Path disk, GuestImage... filesystems) {
        List<Part> parts = new ArrayList<>();
        long at = MEBIBYTE;
        for (GuestImage filesystem : filesystems) {
            Part part = Part.holding(filesystem, at);
            parts.add(part);
            at = part.end();
        }
        return write(disk, at + MEBIBYTE, "gpt", parts);
    }

    /** A DOS partition table: one filesystem in primary partition 1, the others in logical partitions 5, 6 and so on. */
    public static GuestImage mbr(Path disk, GuestImage primary, GuestImage... logical) {
        List<Part> parts = new ArrayList<>();
        parts.add(Part.holding(primary, MEBIBYTE));
        if (logical.length == 0) {
            return write(disk, parts.get(0).end(), "dos", parts);
        }
        long extendedStart = parts.get(0).end();
        long at = extendedStart;
        List<Part> inside = new ArrayList<>();
        for (GuestImage filesystem : logical) {
            Part part = Part.holding(filesystem, at + MEBIBYTE);
            inside.add(part);
            at = part.end();
        }
        parts.add(new Part(extendedStart, at - extendedStart, "type=5", null));
        parts.addAll(inside);
        return write(disk, at, "dos", parts);
    }

    /**
     * A label of BSD in a DOS partition, as FreeBSD's: the filesystems become its partitions a, b, e and so on, which Linux numbers
     * from 5 on.
     */
    public static GuestImage bsd(Path disk, GuestImage... filesystems) {
        List<Part> inside = new ArrayList<>();
        StringBuilder commands = new StringBuilder("b\ny\n");
        // The label lies where the slice begins.
        long at = 2 * MEBIBYTE;
        for (int i = 0; i < filesystems.length; i++) {
            Part part = Part.holding(filesystems[i], at);
            inside.add(part);
            at = part.end();
            char letter = BSD_LETTERS.charAt(i);
            commands.append("n\n%1$c\n%2$d\n%3$d\nt\n%1$c\n%4$s\n"
                    .formatted(letter, part.start / SECTOR, part.end() / SECTOR - 1, BSD_TYPE));
        }
        write(disk, at, "dos", List.of(new Part(MEBIBYTE, at - MEBIBYTE, "type=a5", null)));
        Command.of("fdisk", disk).reading(commands + "w\nq\n").run();
        inside.forEach(part -> part.copyInto(disk));
        return GuestImage.raw(disk);
    }

    /** A GUID partition table of a disk whose blocks have 4096 bytes. Needs root: only a loop device can have such. */
    public static GuestImage gptOfLargeBlocks(Path disk, GuestImage filesystem) {
        Part part = Part.holding(filesystem, MEBIBYTE);
        Command.of("truncate", "-s", Long.toString(part.end() + MEBIBYTE), disk).run();
        String device =
                Command.of("losetup", "-f", "--show", "-b", "4096", disk).run().strip();
        try {
            // Start and size are in blocks.
            Command.of("sgdisk", "-a", "1", "-n", "1:" + part.start / 4096 + ":" + (part.end() / 4096 - 1), device)
                    .run();
        } finally {
            Command.of("losetup", "-d", device).run();
        }
        part.copyInto(disk);
        return GuestImage.raw(disk);
    }

    private static GuestImage write(Path disk, long size, String label, List<Part> parts) {
        StringBuilder script = new StringBuilder("label: " + label + "\n");
        parts.forEach(part -> script.append(part.line()));
        Path scriptFile = Path.of(disk + ".sfdisk");
        try {
            Files.writeString(scriptFile, script);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Command.of("truncate", "-s", Long.toString(size), disk).run();
        Command.of("sh", "-c", "exec sfdisk -q \"$0\" < \"$1\"", disk, scriptFile)
                .run();
        parts.forEach(part -> part.copyInto(disk));
        return GuestImage.raw(disk);
    }

    /** Start and size are in bytes. */
    private record Part(
            long start, long size, String type, @Nullable Path contents) {
        static Part holding(GuestImage filesystem, long start) {
            try {
                long size = (Files.size(filesystem.path()) + MEBIBYTE - 1) / MEBIBYTE * MEBIBYTE;
                return new Part(start, size, "type=L", filesystem.path());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        long end() {
            return start + size;
        }

        String line() {
            return "start=" + start / SECTOR + ", size=" + size / SECTOR + ", " + type + "\n";
        }

        void copyInto(Path disk) {
            if (contents != null) {
                Command.of(
                                "dd",
                                "if=" + contents,
                                "of=" + disk,
                                "bs=1M",
                                "seek=" + start / MEBIBYTE,
                                "conv=notrunc,sparse",
                                "status=none")
                        .run();
            }
        }
    }
}
