package org.guestmount.cache;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.guestmount.core.fs.InodeKey;
import org.jspecify.annotations.Nullable;

/**
 * Whether what was read of a file, or the path it was found by, may have become another since.
 *
 * <p>What gives a file other contents without writing to a handle, or takes its name away, is a change from before it is sent until it has ended, of
 * all files. What is written to a handle is a change of that file, from opening it until it is closed.
 */
final class ContentChanges {
    @GuardedBy("this")
    private final Map<InodeKey, Integer> writers = new HashMap<>();

    @GuardedBy("this")
    private int underWay;

    @GuardedBy("this")
    private long ended;

    /** To be asked before contents are. */
    synchronized long now() {
        return ended;
    }

    synchronized void begin() {
        underWay++;
    }

    synchronized void end() {
        underWay--;
        ended++;
    }

    /** A handle may write to this file from now on. */
    synchronized void opened(InodeKey file) {
        writers.merge(file, 1, Integer::sum);
    }

    synchronized void closed(InodeKey file) {
        writers.computeIfPresent(file, (key, count) -> count == 1 ? null : count - 1);
    }

    /**
     * Does something brief during which no change of this file begins; null, and not done, if one is under way.
     *
     * @param brief may return null, too
     */
    synchronized <T> @Nullable T unlessChanging(InodeKey file, Supplier<@Nullable T> brief) {
        return underWay > 0 || writers.containsKey(file) ? null : brief.get();
    }

    /** Whether a file is what it was at that {@link #now moment}, if no handle could write to it then. */
    synchronized boolean noneSince(long moment) {
        return underWay == 0 && ended == moment;
    }
}
