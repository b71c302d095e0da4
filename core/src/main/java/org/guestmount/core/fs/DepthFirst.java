package org.guestmount.core.fs;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The order in which programs go through trees: a directory, then all that is below it, then what comes after it. One that is
 * not {@link #enter entered} has nothing below it.
 */
public final class DepthFirst {
    /** The order of a walk by name: as names are sorted at every level, with what is below a directory after it. */
    public static final Comparator<GuestPath> BY_NAME = DepthFirst::compareByName;

    private final Deque<GuestPath> left = new ArrayDeque<>();
    private final boolean byName;

    /**
     * @param roots of the trees, in order
     * @param byName whether subdirectories come in the order of their names, not in that in which they are listed
     */
    public DepthFirst(List<GuestPath> roots, boolean byName) {
        left.addAll(roots);
        this.byName = byName;
    }

    /** The next directory; null at the end. */
    public @Nullable GuestPath next() {
        return left.poll();
    }

    /**
     * The subdirectories of a directory that {@link #next} returned last.
     *
     * @param subdirectories their names as they were listed; those whose paths would be too long are left out, for programs cannot go there either
     */
    public void enter(GuestPath directory, List<String> subdirectories) {
        List<String> inOrder = subdirectories;
        if (byName) {
            inOrder = new ArrayList<>(subdirectories);
            Collections.sort(inOrder);
        }
        int length = directory.toString().length() + 1;
        for (int i = inOrder.size() - 1; i >= 0; i--) {
            String name = inOrder.get(i);
            if (length + name.length() <= GuestPath.MAX_PATH_BYTES) {
                left.push(directory.resolve(name));
            }
        }
    }

    private static int compareByName(GuestPath one, GuestPath other) {
        String a = one.toString();
        String b = other.toString();
        int end = Math.min(a.length(), b.length());
        for (int i = 0; i < end; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                // Where one name ends, it is the shorter one.
                return x == '/' ? -1 : y == '/' ? 1 : Character.compare(x, y);
            }
        }
        return Integer.compare(a.length(), b.length());
    }

    /** What {@link #next} has not returned, in order. */
    public List<GuestPath> left() {
        return List.copyOf(left);
    }
}
