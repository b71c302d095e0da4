package org.guestmount.cache.writebehind;

import java.util.concurrent.atomic.AtomicReference;
import org.guestmount.core.fs.GuestFilesystemException;
import org.jspecify.annotations.Nullable;

/** The first failure of what was answered already, until somebody is told. */
final class Failure {
    private final AtomicReference<@Nullable GuestFilesystemException> untold = new AtomicReference<>();

    void happened(GuestFilesystemException failure) {
        untold.compareAndSet(null, failure);
    }

    /** What has happened, which whoever calls this is going to tell; null if nothing has. */
    @Nullable
    GuestFilesystemException take() {
        return untold.getAndSet(null);
    }

    /** Tells the caller. */
    void throwOnce() throws GuestFilesystemException {
        GuestFilesystemException failure = take();
        if (failure != null) {
            throw new GuestFilesystemException(
                    failure.errno(), "what was answered already has failed: " + failure.getMessage(), failure);
        }
    }
}
