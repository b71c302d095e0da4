package org.guestmount.cache.writebehind;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Instant;
import org.guestmount.core.fs.Timestamp;

/**
 * The guest's time, to tell when something was written that the guest is asked to write later. It is no later than the guest's own, and no earlier than any
 * time seen in its answers: what was written before a file was made must not look newer than that, or make(1) would go wrong, nor the other way round.
 */
final class GuestClock {
    /** A guest's files get the time of its last tick, up to 10 ms ago. */
    static final long TICK_NANOS = 10_000_000;

    @GuardedBy("this")
    private Instant latest = Instant.MIN;

    @GuardedBy("this")
    private long latestAt;

    /** The guest has just answered that it was this time when it did something. */
    synchronized void saw(Timestamp time, long nanoTime) {
        Instant seen = Instant.ofEpochSecond(time.seconds(), time.nanos());
        if (seen.isAfter(read(nanoTime))) {
            latest = seen;
            latestAt = nanoTime;
        }
    }

    /** Whether anything was seen. */
    synchronized boolean isSet() {
        return !latest.equals(Instant.MIN);
    }

    /** The time now. Something must have been seen before. */
    synchronized Timestamp now(long nanoTime) {
        return Timestamp.of(read(nanoTime));
    }

    @GuardedBy("this")
    private Instant read(long nanoTime) {
        return latest.plusNanos(Math.max(0, latest.equals(Instant.MIN) ? 0 : nanoTime - latestAt - TICK_NANOS));
    }
}
