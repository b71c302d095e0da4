package org.guestmount.core.fs;

import com.google.errorprone.annotations.Immutable;
import java.time.Instant;

/**
 * A point in time as filesystems keep it.
 *
 * @param seconds since 1970-01-01T00:00:00Z; negative before it
 * @param nanos 0 to 999,999,999, added to {@code seconds} whatever its sign
 */
@Immutable
public record Timestamp(long seconds, int nanos) {
    public Timestamp {
        if (nanos < 0 || nanos > 999_999_999) {
            throw new IllegalArgumentException("nanoseconds out of range: " + nanos);
        }
    }

    public static Timestamp of(Instant instant) {
        return new Timestamp(instant.getEpochSecond(), instant.getNano());
    }

    /** The same as {@link #of} takes. */
    public Instant toInstant() {
        return Instant.ofEpochSecond(seconds, nanos);
    }
}
