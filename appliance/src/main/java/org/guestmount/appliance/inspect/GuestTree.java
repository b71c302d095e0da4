package org.guestmount.appliance.inspect;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A directory of the guest seen as the root of a tree. Paths are absolute within it. Symbolic links are followed within it
 * too: absolute ones begin at its root, and {@code ..} does not lead out of it. What cannot be read counts as not there.
 */
public interface GuestTree {
    /** What files with settings are read up to, in bytes; what follows is ignored. */
    int MAX_TEXT_BYTES = 1 << 16;

    /** What a path leads to. */
    enum Kind {
        NOTHING,
        FILE,
        DIRECTORY,
        OTHER
    }

    Kind kind(String path);

    /** Where a symbolic link points; null if the path is none. */
    @Nullable
    String linkTarget(String path);

    /** Opens a regular file; null if there is none. */
    @Nullable
    GuestFile open(String path);

    /** The names in a directory, in no order, without {@code .} and {@code ..}; at most so many. */
    List<String> list(String path, int max);

    /** When a file's content last changed, in seconds since 1970; 0 if there is no such file. */
    long modified(String path);

    default boolean isFile(String path) {
        return kind(path) == Kind.FILE;
    }

    default boolean isDirectory(String path) {
        return kind(path) == Kind.DIRECTORY;
    }

    /** The bytes at the beginning of a regular file, one char each; null if there is no such file. */
    default @Nullable String read(String path, int maxBytes) {
        try (GuestFile file = open(path)) {
            if (file == null) {
                return null;
            }
            byte[] bytes = new byte[(int) Math.max(0, Math.min(maxBytes, file.size()))];
            int count = file.read(0, bytes);
            return new String(bytes, 0, count, StandardCharsets.ISO_8859_1);
        }
    }

    /** A file with settings, line by line; none if there is no such file. */
    default List<String> lines(String path) {
        String text = read(path, MAX_TEXT_BYTES);
        return text == null ? List.of() : Text.lines(text);
    }
}
