package org.guestmount.cache;

import java.time.Duration;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemContract;
import org.guestmount.core.fs.InMemoryGuestFilesystem;

/** Where nearly everything is evicted at once. */
class TinyCacheContractTest extends GuestFilesystemContract {
    @Override
    protected GuestFilesystem openFilesystem() {
        CacheConfig config = new CacheConfig(Duration.ofDays(1), 3000);
        return new CachingFilesystem(new InMemoryGuestFilesystem(), config);
    }
}
