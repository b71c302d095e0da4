package org.guestmount.appliance.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The host's files that an appliance depends on, each with a stamp of how it was: size and time of change for a file, time of
 * change for a folder, and "missing" for a path that was looked for in vain. Comparing stamps costs one stat a path, so that an
 * appliance is known to be current within milliseconds.
 */
final class InputList {
    private static final String MISSING = "missing";
    private static final String FOLDER = "folder";

    private final TreeMap<Path, String> stamps = new TreeMap<>();

    void add(Path path) {
        stamps.put(path, stamp(path));
    }

    void addAll(Collection<Path> paths) {
        paths.forEach(this::add);
    }

    /** True if nothing differs from what was noted. */
    boolean unchanged() {
        return stamps.entrySet().stream().allMatch(this::unchanged);
    }

    /** As {@link #unchanged}, but a folder that gained or lost an entry does not count: it may lead to a newer appliance, this one can still be made. */
    boolean filesUnchanged() {
        return stamps.entrySet().stream()
                .filter(entry -> !entry.getValue().startsWith(FOLDER))
                .allMatch(this::unchanged);
    }

    private boolean unchanged(Map.Entry<Path, String> entry) {
        return stamp(entry.getKey()).equals(entry.getValue());
    }

    /** One line a path: the stamp, a space, the path. */
    List<String> toLines() {
        return stamps.entrySet().stream()
                .map(entry -> entry.getValue() + " " + entry.getKey())
                .toList();
    }

    static InputList ofLines(List<String> lines) {
        InputList inputs = new InputList();
        for (String line : lines) {
            int space = line.indexOf(' ');
            if (space > 0) {
                inputs.stamps.put(Path.of(line.substring(space + 1)), line.substring(0, space));
            }
        }
        return inputs;
    }

    /** What tells one state of a file from another without reading it. */
    static String stamp(Path path) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            String time = attributes.lastModifiedTime().toInstant().toString();
            return attributes.isDirectory() ? FOLDER + "@" + time : attributes.size() + "@" + time;
        } catch (IOException e) {
            return MISSING;
        }
    }
}
