package org.guestmount.cache;

import java.time.Duration;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemContract;
import org.guestmount.core.fs.InMemoryGuestFilesystem;

/** With {@code --dir-cache-timeout 0}. */
class NoCacheContractTest extends GuestFilesystemContract {
    @Override
    protected GuestFilesystem openFilesystem() {
        CacheConfig config = new CacheConfig(Duration.ZERO, CacheConfig.DEFAULT_MAX_BYTES);
        return new CachingFilesystem(new InMemoryGuestFilesystem(), config);
    }
}
