package org.guestmount.cache;

import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemContract;
import org.guestmount.core.fs.InMemoryGuestFilesystem;

/** With the default configuration. */
class CachingFilesystemContractTest extends GuestFilesystemContract {
    @Override
    protected GuestFilesystem openFilesystem() {
        return new CachingFilesystem(new InMemoryGuestFilesystem(), CacheConfig.DEFAULT);
    }
}
