package org.guestmount.appliance.daemon;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An open descriptor with the count of its users, so that its number is not reused under a call that is still at work with
 * it.
 */
final class OpenFile implements AutoCloseable {
    private final int descriptor;
    private final @Nullable DirectoryListing listing;

    /** One for who opened it, one for the table it is in, one for each call at work. */
    private final AtomicInteger uses = new AtomicInteger(1);

    OpenFile(int descriptor, @Nullable DirectoryListing listing) {
        this.descriptor = descriptor;
        this.listing = listing;
    }

    int descriptor() {
        return descriptor;
    }

    /** The listing under way, null for a file. */
    @Nullable
    DirectoryListing listing() {
        return listing;
    }

    /** Begins a use, to be ended with {@link #close}; false if the last has ended. */
    boolean use() {
        int count = uses.get();
        while (count > 0) {
            if (uses.compareAndSet(count, count + 1)) {
                return true;
            }
            count = uses.get();
        }
        return false;
    }

    /** As {@link #endUse}, for a call that has nothing to say about it. */
    @Override
    public void close() {
        endUse();
    }

    /**
     * Ends a use, the last by closing the descriptor.
     *
     * @return 0, or the negative errno of close(2)
     */
    long endUse() {
        return uses.decrementAndGet() == 0 ? Syscalls.close(descriptor) : 0;
    }
}
