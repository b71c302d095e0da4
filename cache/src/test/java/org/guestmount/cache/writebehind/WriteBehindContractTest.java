package org.guestmount.cache.writebehind;

import java.util.concurrent.ForkJoinPool;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemContract;
import org.guestmount.core.fs.InMemoryGuestFilesystem;

/** With a guest that does updates side by side. */
class WriteBehindContractTest extends GuestFilesystemContract {
    @Override
    protected GuestFilesystem openFilesystem() {
        return new WriteBehindFilesystem(new LateUpdates(new InMemoryGuestFilesystem(), ForkJoinPool.commonPool()));
    }
}
