package org.guestmount.cache.writebehind;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.guestmount.core.fs.AttributeChange;
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

    private static final byte[] NOTHING = {};

    private final GuestFilesystem guest;
    private final Backlog backlog;
    private final Device device;
    private final GuestPath path;
    private final FileHandle handle;
    private final InodeKey inode;

    /** Told when the release is done. */
    private final Consumer<NewFile> whenGone;

    /** What the guest would say of the file if it were asked after all of this, but for times and blocks. */
    @GuardedBy("this")
    private FileAttributes attributes;

    @GuardedBy("this")
    private byte[] data = NOTHING;

    @GuardedBy("this")
    private int length;

    /** Where the data begins in the file; with none, where the last that was sent ended. */
    @GuardedBy("this")
    private long start;

    /** To be done after the data has been written. */
    @GuardedBy("this")
    private AttributeChange change = AttributeChange.NONE;

    @GuardedBy("this")
    private final Queue<CompletableFuture<Void>> underWay = new ArrayDeque<>();

    /** Whether one of those under way sets attributes, which have to be set before anything else is done. */
    @GuardedBy("this")
    private boolean changeUnderWay;

    /** Whether anything may be put off; once not, never again. */
    @GuardedBy("this")
    private boolean deferring = true;

    /** When the oldest of what was put off was asked for. */
    @GuardedBy("this")
    private long pendingSince;

    /** Of what was answered already; until the program is told. */
    private final AtomicReference<@Nullable GuestFilesystemException> failure = new AtomicReference<>();

    NewFile(
            GuestFilesystem guest,
            Backlog backlog,
            Device device,
            GuestPath path,
            OpenedFile created,
            Consumer<NewFile> whenGone) {
        this.guest = guest;
        this.backlog = backlog;
        this.device = device;
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
    synchronized int write(long offset, ByteBuffer source, long now) throws GuestFilesystemException {
        throwFailure();
        if (!change.isNone() || !continues(offset)) {
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
        return offset == start + length || (length == 0 && !isUnderWay());
    }

    /** Makes room in the buffer by sending what is in it, and in the backlog; false if there is none. */
    @GuardedBy("this")
    private boolean makeRoom(int count) {
        if (length + count > GuestFilesystem.MAX_TRANSFER_BYTES) {
            send(false);
        }
        if (backlog.reserve(count)) {
            return true;
        }
        settle();
        return backlog.reserve(count);
    }

    @GuardedBy("this")
    private void buffer(long offset, ByteBuffer source, long now) {
        if (length == 0) {
            start = offset;
            pendingSince = now;
        }
        int count = source.remaining();
        if (data.length < length + count) {
            data = Arrays.copyOf(
                    data, Math.max(length + count, Math.min(2 * length, GuestFilesystem.MAX_TRANSFER_BYTES)));
        }
        source.get(data, length, count);
        length += count;
        if (length == GuestFilesystem.MAX_TRANSFER_BYTES) {
            send(false);
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
            return after;
        }
        if (length == 0 && change.isNone()) {
            pendingSince = now;
        }
        change = Changes.merge(change, wanted);
        attributes = Changes.expected(attributes, wanted);
        return attributes;
    }

    /** A descriptor was closed: waits for the guest unless it is sure to have room for what is pending. */
    synchronized void flush() throws GuestFilesystemException {
        if (deferring && ((length == 0 && !isUnderWay()) || device.hasRoom(path))) {
            throwFailure();
            return;
        }
        settle();
        throwFailure();
        guest.flush(handle);
    }

    /** Sends all that is pending with the release, of which nobody expects an answer. */
    synchronized void release() throws GuestFilesystemException {
        if (deferring) {
            deferring = false;
            backlog.awaitRoom();
            send(true);
            return;
        }
        loseFailure();
        guest.release(handle);
    }

    /** Nobody is going to be told of a failure by a use of the file. */
    void loseFailure() {
        GuestFilesystemException untold = failure.getAndSet(null);
        if (untold != null) {
            backlog.lose(path, untold);
        }
    }

    /** Sends all that is pending and waits until it is done. What fails is told by {@link #throwFailure}. */
    synchronized void settle() {
        send(false);
        awaitUnderWay();
    }

    /** The same, and puts nothing off any more. */
    synchronized void retire() {
        settle();
        deferring = false;
    }

    /** Sends what has been pending since before that time; false if something younger is left. */
    synchronized boolean sendOlderThan(long time) {
        boolean pending = length > 0 || !change.isNone();
        if (pending && pendingSince - time < 0) {
            send(false);
            pending = false;
        }
        return !pending;
    }

    /** Reports a failure of what was answered already, once. */
    void throwFailure() throws GuestFilesystemException {
        GuestFilesystemException untold = failure.getAndSet(null);
        if (untold != null) {
            throw Backlog.again(untold);
        }
    }

    @GuardedBy("this")
    private void send(boolean release) {
        if (length == 0 && change.isNone() && !release) {
            return;
        }
        if (release || !change.isNone() || changeUnderWay) {
            awaitUnderWay();
        }
        while (underWay.size() >= MAX_UNDER_WAY) {
            underWay.remove().join();
        }
        int count = length;
        FileUpdate update = new FileUpdate(handle, start, ByteBuffer.wrap(data, 0, count), change, release);
        changeUnderWay = !change.isNone();
        start += count;
        length = 0;
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
        LOG.warn("what was answered already has failed: {}", thrown.getMessage());
        failure.compareAndSet(null, thrown);
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
