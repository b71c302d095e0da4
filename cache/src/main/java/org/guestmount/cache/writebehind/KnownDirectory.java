package org.guestmount.cache.writebehind;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.atomic.AtomicInteger;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.ChangeOutcome;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.Timestamp;
import org.guestmount.core.fs.TreeChange;
import org.jspecify.annotations.Nullable;

/** A directory that was made here, or in which files were made, or from which they may be removed. */
final class KnownDirectory {
    private final GuestPath path;
    private final Device device;
    private final Backlog backlog;

    /** What the guest told, and what has been asked for since; null if the directory was not made here. */
    @GuardedBy("this")
    private @Nullable FileAttributes attributes;

    /** Whether nothing else has changed them. */
    @GuardedBy("this")
    private boolean complete;

    /** Whether their times are guessed. */
    @GuardedBy("this")
    private boolean guessed;

    @GuardedBy("this")
    private long changes;

    /** The last that was queued, unless a file was queued after it. */
    @GuardedBy("this")
    private @Nullable QueuedAttributes last;

    private final AtomicInteger queued = new AtomicInteger();
    private volatile boolean takesFiles;
    private volatile boolean takesRemovals;

    KnownDirectory(GuestPath path, Device device, Backlog backlog, @Nullable FileAttributes attributes) {
        this.path = path;
        this.device = device;
        this.backlog = backlog;
        this.attributes = attributes;
        this.complete = attributes != null;
        this.takesFiles = attributes != null;
        this.takesRemovals = attributes != null;
    }

    GuestPath path() {
        return path;
    }

    Device device() {
        return device;
    }

    /** Whether changes of its attributes are queued, which have to be done before anything that changes its times. */
    boolean isToBeChanged() {
        return queued.get() > 0;
    }

    /** A file was made in it without complaint. */
    void tookFile() {
        takesFiles = true;
    }

    /** Whether files are made in it without complaint: one was, or it is new itself. */
    boolean takesFiles() {
        return takesFiles;
    }

    /** Something was removed from it without complaint, or its filesystem tells that it is removable itself. */
    void allowRemovals() {
        takesRemovals = true;
    }

    /** Whether it is surely neither immutable nor append-only: a new directory is not. */
    boolean takesRemovals() {
        return takesRemovals;
    }

    /** What its attributes are going to be when everything that waits is done; null if that cannot be told. */
    synchronized @Nullable FileAttributes expected() {
        return complete ? attributes : null;
    }

    /** How often they have changed, so that an answer of the guest can be seen to be older. */
    synchronized long changes() {
        return changes;
    }

    /**
     * The guest has told of them, nothing waiting to be done.
     *
     * @param asked {@link #changes} before it was asked
     */
    synchronized void told(FileAttributes told, long asked) {
        if (attributes != null && changes == asked && !told.provisional()) {
            tell(told);
        }
    }

    @GuardedBy("this")
    private void tell(FileAttributes told) {
        attributes = told;
        complete = true;
        guessed = false;
    }

    /** They have changed in a way that cannot be foretold. */
    synchronized void changedUnseen() {
        changes++;
        complete = false;
    }

    /**
     * Something is put off that is going to be made in it, or removed from it.
     *
     * @param first whether nothing else waits
     */
    synchronized void nameWaits(GuestClock clock, boolean first) {
        guess(first);
        if (attributes != null) {
            attributes = Changes.touched(attributes, attributes.links(), clock.now());
        }
    }

    /** The guest has made something in it that is no directory. */
    void madeIn(Timestamp then) {
        madeIn(then, 0);
    }

    /**
     * The guest has made a directory in it.
     *
     * @param before {@link #expected} before it did
     */
    void madeDirectoryIn(Timestamp then, @Nullable FileAttributes before) {
        madeIn(then, before == null ? null : device.linksGained(before, path));
    }

    private synchronized void madeIn(Timestamp then, @Nullable Integer linksGained) {
        changes++;
        if (attributes != null && linksGained != null) {
            attributes = Changes.touched(attributes, attributes.links() + linksGained, then);
        } else {
            complete = false;
        }
    }

    /**
     * Times begin to be guessed. If they were guessed before, and what waited then is done, the guest did it at times of its own that nobody has
     * asked for.
     */
    @GuardedBy("this")
    private void guess(boolean first) {
        changes++;
        complete &= !(first && guessed);
        guessed = true;
    }

    /** Something is about to be queued that is made in it or removed from it. */
    synchronized void changeQueued() {
        last = null;
    }

    /**
     * Queues a change of attributes.
     *
     * @param first whether nothing else waits
     * @return what they should be then; null if that may be refused
     */
    synchronized @Nullable FileAttributes setattr(
            AttributeChange wanted, Timestamp now, boolean first, ChangeQueue queue) {
        FileAttributes before = attributes;
        if (before == null || !device.accepts(before, wanted)) {
            return null;
        }
        guess(first);
        AttributeChange timed = Changes.at(now, wanted);
        attributes = Changes.expected(before, timed, now);
        enqueue(timed, queue);
        return attributes;
    }

    /** Has the guest tell of its attributes when what is queued is done, which saves asking for them then. */
    synchronized void lookLater(ChangeQueue queue) {
        enqueue(AttributeChange.NONE, queue);
    }

    @GuardedBy("this")
    private void enqueue(AttributeChange change, ChangeQueue queue) {
        if (last == null || !last.merge(change)) {
            last = new QueuedAttributes(change);
            queued.incrementAndGet();
            queue.add(last);
        }
    }

    /** The guest has just told of its attributes after a change. */
    synchronized void changed(AttributeChange change, FileAttributes after) {
        changes++;
        if (attributes != null) {
            device.learn(attributes, change, after);
            tell(after);
        }
    }

    /** A change of its attributes. */
    private final class QueuedAttributes implements QueuedChange {
        @GuardedBy("this")
        private AttributeChange change;

        @GuardedBy("this")
        private boolean taken;

        QueuedAttributes(AttributeChange change) {
            this.change = change;
        }

        /** Has another change done along; false if that is not the same as one after the other, or too late. */
        synchronized boolean merge(AttributeChange wanted) {
            if (taken || !Changes.canMerge(change, wanted)) {
                return false;
            }
            change = Changes.merge(change, wanted);
            return true;
        }

        @Override
        public GuestPath path() {
            return path;
        }

        @Override
        public synchronized TreeChange take() {
            taken = true;
            return new TreeChange.SetAttributes(path, change);
        }

        @Override
        public void done(ChangeOutcome outcome) {
            queued.decrementAndGet();
            Errno failure = outcome.failure();
            if (failure != null) {
                changedUnseen();
                backlog.lose(path, GuestFilesystemException.of(failure, "setattr", path));
            }
        }
    }
}
