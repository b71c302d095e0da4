package org.guestmount.cache.writebehind;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much has been answered that the guest has not confirmed, which is bounded, and what of it failed after everybody who could be told had
 * gone.
 *
 * <p>Its lock is never held while the guest is asked, so that whoever brings the guest's answers may take it.
 */
final class Backlog {
    private static final Logger LOG = LoggerFactory.getLogger(Backlog.class);

    private static final long MAX_BYTES = 16 << 20;
    private static final int MAX_UPDATES = 256;

    /** Of data and files that were written, buffered or not, since the beginning. */
    private final AtomicLong spentBytes = new AtomicLong();

    /** Buffered or under way. */
    @GuardedBy("this")
    private long bytes;

    @GuardedBy("this")
    private final Queue<CompletableFuture<Void>> underWay = new ArrayDeque<>();

    /** To be reported by the next fsync. */
    private final Failure unreported = new Failure();

    /** To be reported at the end, whoever was told before. */
    private final Failure lost = new Failure();

    /** Waits until so many bytes more can be buffered; false if only sending what is buffered would make room. */
    boolean reserve(int count) {
        while (!tryReserve(count)) {
            if (!awaitOldest(0)) {
                return false;
            }
        }
        return true;
    }

    private synchronized boolean tryReserve(int count) {
        if (bytes + count > MAX_BYTES) {
            return false;
        }
        bytes += count;
        return true;
    }

    /** Waits until another update can be sent. */
    void awaitRoom() {
        while (awaitOldest(MAX_UPDATES - 1)) {}
    }

    /** Waits for one update to end if there are more than so many; false if not. */
    private boolean awaitOldest(int most) {
        CompletableFuture<Void> oldest;
        synchronized (this) {
            underWay.removeIf(CompletableFuture::isDone);
            oldest = underWay.size() > most ? underWay.peek() : null;
        }
        if (oldest == null) {
            return false;
        }
        oldest.join();
        return true;
    }

    /** @param update never fails; what comes after it frees its bytes with {@link #free} before it is completed */
    synchronized void add(CompletableFuture<Void> update) {
        underWay.add(update);
    }

    synchronized void free(int count) {
        bytes -= count;
    }

    synchronized long bytes() {
        return bytes;
    }

    long spentBytes() {
        return spentBytes.get();
    }

    /** So much was written, or allocated. */
    void spend(long count) {
        spentBytes.addAndGet(count);
    }

    /** What was done to a file or its name failed, and nobody can be told who did it. */
    void lose(GuestPath path, GuestFilesystemException failure) {
        // Names of the guest's files are for debugging, except here: without it nobody knows what to repeat.
        LOG.error("{}: what was done to it has failed after it was answered: {}", path.display(), failure.getMessage());
        unreported.happened(failure);
        lost.happened(failure);
    }

    /** Nobody is going to be told of that, if anything has failed, by a use of the file. */
    void lose(GuestPath path, Failure failure) {
        GuestFilesystemException untold = failure.take();
        if (untold != null) {
            lose(path, untold);
        }
    }

    /** Reports a failure of which no program was told, once. */
    void throwUnreported() throws GuestFilesystemException {
        unreported.throwOnce();
    }

    /** Reports that something was lost, whether or not a program was told. */
    void throwLost() throws GuestFilesystemException {
        lost.throwOnce();
    }
}
