package org.guestmount.cache;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.guestmount.core.fs.InodeKey;
import org.jspecify.annotations.Nullable;

/**
 * Which of the guest's filesystems find a file only by exactly the bytes of its name. In others, like vfat, a name that
 * is not listed may exist, and a change of one name may change what others stand for: there no directory is complete,
 * and a change drops all that is known of a directory's names. Until it is known otherwise, a filesystem is taken to be
 * one of these.
 *
 * <p>One name, looked up with its case swapped, tells.
 */
final class NameRules {
    private final Map<Long, Boolean> exactByDevice = new ConcurrentHashMap<>();

    boolean areExact(InodeKey directory) {
        return exactByDevice.getOrDefault(directory.device(), false);
    }

    boolean areKnown(InodeKey directory) {
        return exactByDevice.containsKey(directory.device());
    }

    void store(InodeKey directory, boolean exact) {
        exactByDevice.put(directory.device(), exact);
    }

    /** The name with the case of its ASCII letters swapped; null if it has none. */
    static @Nullable String swapCase(String name) {
        StringBuilder swapped = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            swapped.append(letter ? (char) (c ^ 0x20) : c);
        }
        String other = swapped.toString();
        return other.equals(name) ? null : other;
    }
}
