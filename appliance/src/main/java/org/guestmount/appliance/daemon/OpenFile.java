package org.guestmount.appliance.daemon;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.OpenFlags;
import org.jspecify.annotations.Nullable;

/**
 * An open descriptor with the count of its users, so that its number is not reused under a call that is still at work with
 * it.
 */
final class OpenFile implements AutoCloseable {
    private final int descriptor;
    private final @Nullable DirectoryListing listing;
    private final @Nullable DirectWriter direct;

    /** One for who opened it, one for the table it is in, one for each call at work. */
    private final AtomicInteger uses = new AtomicInteger(1);

    OpenFile(int descriptor, @Nullable DirectoryListing listing) {
        this(descriptor, listing, OpenFlags.READ_ONLY);
    }

    /** @param flags with which it was opened */
    OpenFile(int descriptor, @Nullable DirectoryListing listing, OpenFlags flags) {
        this.descriptor = descriptor;
        this.listing = listing;
        this.direct = DirectWriter.of(descriptor, flags);
    }

    int descriptor() {
        return descriptor;
    }

    /** The listing under way, null for a file. */
    @Nullable
    DirectoryListing listing() {
        return listing;
    }

    /** As {@link Transfer#write}; much data without the page cache where that is possible. */
    int write(long offset, ByteBuffer source, Object subject) throws GuestFilesystemException {
        int written = direct == null ? 0 : direct.write(offset, source);
        try {
            return written + Transfer.write(descriptor, offset + written, source, subject);
        } catch (GuestFilesystemException e) {
            if (written == 0) {
                throw e;
            }
            return written;
        }
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
        if (uses.decrementAndGet() > 0) {
            return 0;
        }
        if (direct != null) {
            direct.close();
        }
        return Syscalls.close(descriptor);
    }
}
