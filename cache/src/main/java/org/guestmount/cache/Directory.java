package org.guestmount.cache;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.guestmount.cache.Dentry.Missing;
import org.jspecify.annotations.Nullable;

/**
 * The names of one directory, as far as they are known; if it is complete, what it does not have does not exist.
 *
 * <p><b>Threads.</b> Any thread may read {@link #find}, {@link #names} and {@link #isComplete}. All else is called by
 * {@link TreeCache} only, within an atomic computation of the cache on this directory's key, and so only while the
 * cache holds this object: what it has let go of never changes again.
 */
final class Directory {
    /** Heap of this object, its map and the cache's entry for it, measured. */
    static final int OWN_BYTES = 400;

    /** Heap of a dentry without the chars of its name, measured. */
    static final int DENTRY_BYTES = 144;

    /** Of a longer name the guest says that it is too long, and not that it is missing. */
    private static final int NAME_MAX = 255;

    private final Map<String, Dentry> dentries = new ConcurrentHashMap<>();
    private volatile List<String> listed = List.of();

    /** The same while they are all names there are, no more and no less; otherwise null. */
    private volatile @Nullable List<String> exact;

    private volatile boolean complete;
    private long changes;
    private int bytes = OWN_BYTES;

    Dentry find(String name) {
        // Read before the map: only what is not in the map after this became true does not exist.
        boolean wasComplete = complete;
        Dentry found = dentries.get(name);
        if (found != null) {
            return found;
        }
        return wasComplete && name.length() <= NAME_MAX ? Missing.ABSENT : Missing.UNKNOWN;
    }

    /** All names but those known to be absent: first those that were listed, in the filesystem's order. */
    List<String> names() {
        List<String> unchanged = exact;
        if (unchanged != null) {
            return unchanged;
        }
        Set<String> names = new LinkedHashSet<>(listed);
        names.addAll(dentries.keySet());
        names.removeIf(name -> find(name) == Missing.ABSENT);
        return List.copyOf(names);
    }

    boolean isComplete() {
        return complete;
    }

    /** From here on a name that is not here is absent. These are the names in the filesystem's order. */
    void complete(List<String> order) {
        listed = List.copyOf(order);
        complete = true;
        exact = order.size() == dentries.size() && order.stream().allMatch(this::hasName) ? listed : null;
    }

    private boolean hasName(String name) {
        Dentry dentry = dentries.get(name);
        return dentry != null && dentry != Missing.ABSENT;
    }

    void set(String name, Dentry dentry) {
        if (hasName(name) != (dentry != Missing.ABSENT)) {
            // Before it is so: names() must not miss any that has been there all the time.
            exact = null;
        }
        boolean implied = dentry == (complete ? Missing.ABSENT : Missing.UNKNOWN);
        Dentry before = implied ? dentries.remove(name) : dentries.put(name, dentry);
        int cost = DENTRY_BYTES + name.length();
        bytes += (implied ? 0 : cost) - (before == null ? 0 : cost);
    }

    /** A name is about to be changed: what it stands for is not known from here on. */
    void forget(String name) {
        changes++;
        set(name, Missing.UNKNOWN);
    }

    /** How often {@link #forget} was called. */
    long changes() {
        return changes;
    }

    int bytes() {
        return bytes;
    }
}
