package org.guestmount.cache.writebehind;

import java.util.concurrent.ForkJoinPool;
import org.guestmount.cache.CacheConfig;
import org.guestmount.cache.CachingFilesystem;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemContract;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InMemoryGuestFilesystem;

/** As a mount has it: drafts, cache and write-behind, with a guest that does things side by side. */
class DraftContractTest extends GuestFilesystemContract {
    @Override
    protected GuestFilesystem openFilesystem() throws GuestFilesystemException {
        LateUpdates guest = new LateUpdates(new InMemoryGuestFilesystem(), ForkJoinPool.commonPool());
        CachingFilesystem cached = new CachingFilesystem(new WriteBehindFilesystem(guest), CacheConfig.DEFAULT);
        // So that what is missing is known to be, as to a kernel that has looked a name up before it makes it.
        cached.mkdir(GuestPath.of("/letters"), 0755, Credentials.ROOT);
        cached.readDirectory(GuestPath.ROOT, GuestFilesystem.MAX_TRANSFER_BYTES);
        return new DraftFilesystem(cached, cached);
    }

    /** The host's kernel resolves links, and asks for what they lead to. */
    @Override
    public void beforeLinkedPath() throws GuestFilesystemException {
        fs().sync();
    }
}
