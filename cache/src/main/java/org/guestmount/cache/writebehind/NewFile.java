package org.guestmount.cache.writebehind;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.AttributeChange.TimeChange;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.FileUpdate;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InodeKey;
import org.guestmount.core.fs.OpenedFile;
import org.guestmount.core.fs.Timestamp;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that was just made: what its maker did to it and the guest has not been asked to do, or not answered.
 *
 * <p>Its lock orders what is done to the file and is held while the guest is asked: whoever waits for it would have to wait for the guest
 * anyway. The answers come on a thread that does not take it.
 */
final class NewFile {
    private static final Logger LOG = LoggerFactory.getLogger(NewFile.class);

    /** Updates of data that overlap. With more, they would reach the disk in another order than that of the file. */
    private static final int MAX_UNDER_WAY = 3;

    /** Every filesystem of today lets files become as large. Whether they may be larger has to be asked. */
    private static final long MAX_FILE_BYTES = Integer.MAX_VALUE;

    /** A file that is written here and there gains nothing by being written in order, one part after the other. */
    private static final int MAX_JUMPS = 16;

    private final GuestFilesystem guest;
    private final Backlog backlog;
    private final Device device;
    private final GuestClock clock;
    private final GuestPath path;
    private final FileHandle handle;
    private final InodeKey inode;

    /** Told when the release is done. */
    private final Consumer<NewFile> whenGone;

    /** What the guest would say of the file if it were asked after all of this, but for times and blocks. */
    @GuardedBy("this")
    private FileAttributes attributes;

    @GuardedBy("this")
    private final Gathered data = new Gathered(GuestFilesystem.MAX_TRANSFER_BYTES);

    /** Where the data begins in the file; with none, where the last that was sent ended. */
    @GuardedBy("this")
    private long start;

    /** When data was last written that the guest may write later than that, in its own time. */
    @GuardedBy("this")
    private @Nullable Timestamp written;

    /** To be done after the data has been written. */
    @GuardedBy("this")
    private AttributeChange change = AttributeChange.NONE;

    @GuardedBy("this")
    private final Queue<CompletableFuture<Void>> underWay = new ArrayDeque<>();

    /** Whether one of those under way sets attributes, which have to be set before anything else is done. */
    @GuardedBy("this")
    private boolean changeUnderWay;

    /** Whether anything may be put off; once not, never again, and nothing is pending. Changed under the lock. */
    private volatile boolean deferring = true;

    /** Whether the program has closed it, and it is released with what is sent next. */
    @GuardedBy("this")
    private boolean closed;

    /** How often data was not written where that before it ended. */
    @GuardedBy("this")
    private int jumps;

    /** When the oldest of what was put off was asked for. */
    @GuardedBy("this")
    private long pendingSince;

    /** Of what was answered already; until the program is told. */
    private final Failure failure = new Failure();

    NewFile(
            GuestFilesystem guest,
            Backlog backlog,
            Device device,
            GuestClock clock,
            GuestPath path,
            OpenedFile created,
            Consumer<NewFile> whenGone) {
        this.guest = guest;
        this.backlog = backlog;
        this.device = device;
        this.clock = clock;
        this.path = path;
        this.handle = created.handle();
        this.inode = created.attributes().key();
        this.attributes = created.attributes();
        this.whenGone = whenGone;
    }

    GuestPath path() {
        return path;
    }

    FileHandle handle() {
        return handle;
    }

    InodeKey inode() {
        return inode;
    }

    /** pwrite(2). */
    int write(long offset, ByteBuffer source, long now) throws GuestFilesystemException {
        throwFailure();
        return deferring ? writeLater(offset, source, now) : guest.write(handle, offset, source);
    }

    private synchronized int writeLater(long offset, ByteBuffer source, long now) throws GuestFilesystemException {
        if (!continues(offset)) {
            settle();
            jumps++;
            if (jumps > MAX_JUMPS) {
                deferring = false;
            }
        } else if (!change.isNone()) {
            settle();
        }
        if (!mayDefer(offset, source.remaining()) || !makeRoom(source.remaining())) {
            settle();
            throwFailure();
            int count = guest.write(handle, offset, source);
            attributes = Changes.grown(attributes, offset + count);
            return count;
        }
        int count = source.remaining();
        attributes = Changes.grown(attributes, offset + count);
        buffer(offset, source, now);
        return count;
    }

    @GuardedBy("this")
    private boolean mayDefer(long offset, int count) {
        return deferring && offset >= 0 && offset <= MAX_FILE_BYTES - count && device.hasRoom(path);
    }

    @GuardedBy("this")
    private boolean continues(long offset) {
        return offset == start + data.length() || (data.length() == 0 && !isUnderWay());
    }

    /** Makes room in the buffer by sending what is in it, and in the backlog; false if there is none. */
    @GuardedBy("this")
    private boolean makeRoom(int count) {
        if (!data.takes(count)) {
            send();
        }
        if (backlog.reserve(count)) {
            return true;
        }
        settle();
        return backlog.reserve(count);
    }

    @GuardedBy("this")
    private void buffer(long offset, ByteBuffer source, long now) {
        if (data.length() == 0) {
            start = offset;
            pendingSince = now;
        }
        data.add(source);
        written = clock.now();
        if (data.isFull()) {
            send();
        }
    }

    /** truncate(2), chown(2), chmod(2), utimensat(2). */
    synchronized FileAttributes setattr(FileReference reference, AttributeChange wanted, long now)
            throws GuestFilesystemException {
        if (!Changes.canMerge(change, wanted)) {
            settle();
        }
        if (!deferring || !device.accepts(attributes, wanted)) {
            settle();
            FileAttributes before = attributes;
            FileAttributes after = guest.setattr(reference, wanted);
            device.learn(before, wanted, after);
            attributes = after;
            clock.saw(after.changed());
            return after;
        }
        if (!isPending()) {
            pendingSince = now;
        }
        if (wanted.modified() != null) {
            written = null;
        }
        Timestamp present = clock.now();
        AttributeChange timed = Changes.at(present, wanted);
        change = Changes.merge(change, timed);
        attributes = Changes.expected(attributes, timed, present);
        return attributes;
    }

    /** chmod(2) of the permission bits alone; false, with nothing done, if it cannot be put off. */
    synchronized boolean setPermissions(int permissions, long now) throws GuestFilesystemException {
        AttributeChange wanted = AccessLists.change(attributes, permissions);
        if (!deferring || !device.accepts(attributes, wanted)) {
            return false;
        }
        setattr(handle, wanted, now);
        return true;
    }

    /** The guest was given an access list that says these, and is asked what that came to. */
    synchronized void learnPermissions(int permissions) throws GuestFilesystemException {
        settle();
        FileAttributes after = guest.getattr(handle);
        device.learn(attributes, AccessLists.change(attributes, permissions), after);
        attributes = after;
    }

    /** A descriptor was closed: waits for the guest unless it is sure to have room for what is pending. */
    synchronized void flush() throws GuestFilesystemException {
        if (deferring && ((data.length() == 0 && !isUnderWay()) || device.hasRoom(path))) {
            throwFailure();
            return;
        }
        settle();
        throwFailure();
        guest.flush(handle);
    }

    /**
     * The program has closed it. It is released with what is sent next, for many programs set attributes only now.
     *
     * @return whether anything remains to be sent
     */
    synchronized boolean release(long now) throws GuestFilesystemException {
        if (deferring) {
            pendingSince = isPending() ? pendingSince : now;
            closed = true;
            return true;
        }
        loseFailure();
        guest.release(handle);
        return false;
    }

    /** Sends what is pending of a file that was closed. */
    synchronized void sendClosed() {
        if (closed) {
            sendWithTime();
        }
    }

    /** Nobody is going to be told of a failure by a use of the file. */
    void loseFailure() {
        backlog.lose(path, failure);
    }

    /** Sends all that is pending and waits until it is done. What fails is told by {@link #throwFailure}. */
    synchronized void settle() {
        sendWithTime();
        awaitUnderWay();
    }

    /** The same, and puts nothing off any more. */
    synchronized void retire() {
        settle();
        deferring = false;
    }

    /** Sends what has been pending since before that time; false if something younger is left. */
    synchronized boolean sendOlderThan(long time) {
        if (isPending() && pendingSince - time < 0) {
            sendWithTime();
        }
        return !isPending();
    }

    /** Reports a failure of what was answered already, once. */
    void throwFailure() throws GuestFilesystemException {
        failure.throwOnce();
    }

    @GuardedBy("this")
    private boolean isPending() {
        return data.length() > 0 || !change.isNone() || (closed && deferring);
    }

    /** Sends what is pending, with the time at which it was written. Nothing else can be sent beside it then. */
    @GuardedBy("this")
    private void sendWithTime() {
        if (written != null && (isPending() || isUnderWay())) {
            change = Changes.merge(change, AttributeChange.ofTimes(null, new TimeChange(written)));
        }
        written = null;
        send();
    }

    @GuardedBy("this")
    private void send() {
        if (!isPending()) {
            return;
        }
        boolean release = closed;
        if (release) {
            deferring = false;
            backlog.awaitRoom();
        }
        if (release || !change.isNone() || changeUnderWay) {
            awaitUnderWay();
        }
        while (underWay.size() >= MAX_UNDER_WAY) {
            underWay.remove().join();
        }
        int count = data.length();
        FileUpdate update = new FileUpdate(handle, start, data.view(), change, release);
        changeUnderWay = !change.isNone();
        start += count;
        data.clear();
        change = AttributeChange.NONE;
        CompletableFuture<Void> ended =
                guest.updateLater(update).handle((done, thrown) -> ended(count, release, thrown));
        underWay.add(ended);
        backlog.add(ended);
    }

    /** Called on the thread that brings the guest's answers. */
    private @Nullable Void ended(int count, boolean released, @Nullable Throwable thrown) {
        backlog.free(count);
        if (thrown != null) {
            failed(causeOf(thrown));
        }
        if (released) {
            loseFailure();
            whenGone.accept(this);
        }
        return null;
    }

    private void failed(GuestFilesystemException thrown) {
        LOG.debug("{}: what was answered already has failed: {}", path.display(), thrown.getMessage());
        failure.happened(thrown);
    }

    private static GuestFilesystemException causeOf(Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        return cause instanceof GuestFilesystemException refused
                ? refused
                : new GuestFilesystemException(Errno.EIO, String.valueOf(cause.getMessage()), cause);
    }

    @GuardedBy("this")
    private boolean isUnderWay() {
        underWay.removeIf(CompletableFuture::isDone);
        return !underWay.isEmpty();
    }

    @GuardedBy("this")
    private void awaitUnderWay() {
        while (!underWay.isEmpty()) {
            underWay.remove().join();
        }
        changeUnderWay = false;
    }
}
