package org.guestmount.cache;

import java.time.Duration;

/**
 * How long and how much {@link CachingFilesystem} remembers.
 *
 * @param ttl what was learnt longer ago is asked again; zero to remember nothing
 * @param maxBytes about how much memory everything remembered may take, in bytes, at least 0
 */
public record CacheConfig(Duration ttl, long maxBytes) {
    /** The documented default of {@code --dir-cache-timeout}. */
    public static final Duration DEFAULT_TTL = Duration.ofSeconds(60);

    /** Room for some 130,000 files: their names, attributes and the absence of xattrs. */
    public static final long DEFAULT_MAX_BYTES = 64 << 20;

    public static final CacheConfig DEFAULT = new CacheConfig(DEFAULT_TTL, DEFAULT_MAX_BYTES);

    public CacheConfig {
        if (ttl.isNegative() || maxBytes < 0) {
            throw new IllegalArgumentException("negative cache limit: " + ttl + ", " + maxBytes + " bytes");
        }
    }
}
