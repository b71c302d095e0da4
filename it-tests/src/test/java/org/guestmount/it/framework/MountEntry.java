package org.guestmount.it.framework;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A line of {@code /proc/mounts}, as proc_mounts(5) and fstab(5) describe it. */
public record MountEntry(String source, String mountpoint, String type, List<String> options) {
    public MountEntry {
        options = List.copyOf(options);
    }

    public static List<MountEntry> all() {
        try {
            return Files.readAllLines(Path.of("/proc/self/mounts"), StandardCharsets.ISO_8859_1).stream()
                    .map(line -> line.split(" ", -1))
                    .map(fields -> new MountEntry(fields[0], fields[1], fields[2], List.of(fields[3].split(",", -1))))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
