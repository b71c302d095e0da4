package org.guestmount.cache.writebehind;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Instant;
import java.util.function.LongSupplier;
import org.guestmount.core.fs.Timestamp;

/**
 * The guest's time, to tell when something was written that the guest is asked to write later. It is no later than the guest's own, and no earlier than any
 * time seen in its answers: what was written before a file was made must not look newer than that, or make(1) would go wrong, nor the other way round.
 */
final class GuestClock {
    /** A guest's files get the time of its last tick, up to 10 ms ago. */
    private static final long TICK_NANOS = 10_000_000;

    private final LongSupplier nanoTime;

    @GuardedBy("this")
    private Instant latest = Instant.MIN;

    @GuardedBy("this")
    private long latestAt;

    /** @param nanoTime of the host, in nanoseconds */
    GuestClock(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** The guest has just answered that it was this time when it did something. */
    synchronized void saw(Timestamp time) {
        long now = nanoTime.getAsLong();
        Instant seen = time.toInstant();
        if (seen.isAfter(at(now))) {
            latest = seen;
            latestAt = now;
        }
    }

    /** Whether anything was seen. */
    synchronized boolean isSet() {
        return !latest.equals(Instant.MIN);
    }

    /** The time now. Something must have been seen before. */
    synchronized Timestamp now() {
        return Timestamp.of(at(nanoTime.getAsLong()));
    }

    /** Whether what the guest does now gets the same time, as near as it tells times. */
    synchronized boolean isPresent(Timestamp time) {
        return at(nanoTime.getAsLong()).isBefore(time.toInstant().plusNanos(TICK_NANOS));
    }

    @GuardedBy("this")
    private Instant at(long now) {
        return latest.plusNanos(Math.max(0, latest.equals(Instant.MIN) ? 0 : now - latestAt - TICK_NANOS));
    }
}
