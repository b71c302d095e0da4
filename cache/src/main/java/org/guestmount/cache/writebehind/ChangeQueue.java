package org.guestmount.cache.writebehind;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.guestmount.core.fs.ChangeOutcome;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.TreeChange;
import org.jspecify.annotations.Nullable;

/**
 * Changes in the order they were asked for, sent many at a time: a message costs the guest as much as making a file does. One batch is
 * under way at a time, so that the order is kept.
 *
 * <p>Its lock is never held while the guest is asked, nor while what came of a change is told.
 */
final class ChangeQueue {
    /** From here on a batch is worth being sent. */
    private static final int ENOUGH_CHANGES = 16;

    private static final int ENOUGH_BYTES = 256 << 10;

    private static final int MAX_BATCH = 64;

    /** From here on whoever wants to add something waits. */
    private static final int MAX_CHANGES = 256;

    private static final int MAX_BYTES = 4 << 20;

    /** What is fewer is sent after this time, in nanoseconds: many programs set attributes of a file they have closed. */
    private static final long MAX_AGE_NANOS = 200_000_000;

    /** Of a path, so that many fit into one message. */
    private static final int MAX_PATH_BYTES = 4096;

    private final GuestFilesystem guest;
    private final Backlog backlog;
    private final Executor sender;
    private final LongSupplier nanoTime;

    @GuardedBy("this")
    private final Queue<Waiting> waiting = new ArrayDeque<>();

    @GuardedBy("this")
    private long waitingBytes;

    @GuardedBy("this")
    private boolean underWay;

    /** How many were added, were done, and are to be done without delay, since the beginning. */
    @GuardedBy("this")
    private long added;

    @GuardedBy("this")
    private long done;

    @GuardedBy("this")
    private long hurried;

    private record Waiting(QueuedChange change, int dataBytes, long since) {}

    /** @param sender may be blocked; not by whoever waits for this queue */
    ChangeQueue(GuestFilesystem guest, Backlog backlog, Executor sender, LongSupplier nanoTime) {
        this.guest = guest;
        this.backlog = backlog;
        this.sender = sender;
        this.nanoTime = nanoTime;
    }

    /** Whether something may be queued of that path. */
    static boolean takes(GuestPath path) {
        return path.toString().length() <= MAX_PATH_BYTES;
    }

    /** Waits for room if the guest is far behind. */
    synchronized void awaitRoom() {
        while (waiting.size() >= MAX_CHANGES || waitingBytes >= MAX_BYTES) {
            awaitProgress();
        }
    }

    /** To be followed by {@link #sendIfDue}, when no locks are held. */
    synchronized void add(QueuedChange change) {
        Waiting last = new Waiting(change, change.dataBytes(), nanoTime.getAsLong());
        waiting.add(last);
        waitingBytes += last.dataBytes();
        added++;
    }

    /** Waits until all that has been added before is done. */
    void drain() {
        long target;
        synchronized (this) {
            target = added;
            hurried = Math.max(hurried, target);
        }
        sendIfDue();
        synchronized (this) {
            while (done < target) {
                awaitProgress();
            }
        }
    }

    @GuardedBy("this")
    private void awaitProgress() {
        boolean interrupted = false;
        long before = done;
        while (done == before) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether everything is done. */
    synchronized boolean isIdle() {
        return done == added;
    }

    /** Sends the next batch unless one is under way or more may be added to it. */
    void sendIfDue() {
        List<QueuedChange> batch = nextBatch();
        if (batch != null) {
            send(batch);
        }
    }

    private synchronized @Nullable List<QueuedChange> nextBatch() {
        Waiting first = waiting.peek();
        if (underWay || first == null || !isDue(first)) {
            return null;
        }
        underWay = true;
        List<QueuedChange> batch = new ArrayList<>();
        int bytes = 0;
        int dataBytes = 0;
        for (Waiting next = first; next != null && batch.size() < MAX_BATCH; next = waiting.peek()) {
            bytes += next.change().path().toString().length() + GuestFilesystem.CHANGE_BYTES;
            dataBytes += next.dataBytes();
            if (bytes > GuestFilesystem.MAX_CHANGES_BYTES || dataBytes > GuestFilesystem.MAX_TRANSFER_BYTES) {
                break;
            }
            waitingBytes -= next.dataBytes();
            batch.add(waiting.remove().change());
        }
        return batch;
    }

    @GuardedBy("this")
    private boolean isDue(Waiting first) {
        return hurried > done
                || waiting.size() >= ENOUGH_CHANGES
                || waitingBytes >= ENOUGH_BYTES
                || nanoTime.getAsLong() - first.since() >= MAX_AGE_NANOS;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // nothing of it can fail
    private void send(List<QueuedChange> batch) {
        List<TreeChange> changes = batch.stream().map(QueuedChange::take).toList();
        CompletableFuture<List<ChangeOutcome>> answer = ask(changes);
        backlog.add(answer.handle((outcomes, failure) -> null));
        answer.whenCompleteAsync((outcomes, failure) -> ended(batch, outcomes), sender);
    }

    private CompletableFuture<List<ChangeOutcome>> ask(List<TreeChange> changes) {
        try {
            return guest.changeLater(changes);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void ended(List<QueuedChange> batch, @Nullable List<ChangeOutcome> outcomes) {
        try {
            for (int i = 0; i < batch.size(); i++) {
                batch.get(i).done(outcomes == null ? new ChangeOutcome(null, Errno.EIO) : outcomes.get(i));
            }
        } finally {
            synchronized (this) {
                underWay = false;
                done += batch.size();
                notifyAll();
            }
        }
        sendIfDue();
    }
}
