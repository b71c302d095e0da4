package org.guestmount.cache.writebehind;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.AttributeChange.TimeChange;
import org.guestmount.core.fs.ChangeOutcome;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.FileUpdate;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.OpenedFile;
import org.guestmount.core.fs.Timestamp;
import org.guestmount.core.fs.TreeChange;
import org.jspecify.annotations.Nullable;

/**
 * A new file that the guest has not been asked to make: either it is made while it is open, because somebody wants to know something of it or
 * it becomes larger than a draft may be, and from then on whoever has it open works on the guest's file; or it is closed, and made by a
 * {@link ChangeQueue}.
 *
 * <p>Its lock is held while the guest is asked to make it, which whoever waits for the lock would have to wait for anyway.
 */
final class Draft implements QueuedChange {
    /** Larger files are not worth being kept until they are closed. */
    private static final int MAX_BYTES = 256 << 10;

    private static final int BLOCK_SIZE = 4096;

    private enum State {
        OPEN,
        QUEUED,
        TAKEN,
        MADE,
        FAILED
    }

    private final GuestFilesystem guest;
    private final Drafts drafts;
    private final Backlog backlog;
    private final Device device;
    private final GuestClock clock;
    private final FileHandle handle;
    private final Creation creation;
    private final GuestPath path;
    private final GuestPath parent;
    private final Timestamp born;
    private final long since;

    @GuardedBy("this")
    private State state = State.OPEN;

    @GuardedBy("this")
    private final Gathered data = new Gathered(MAX_BYTES);

    /** When data was last written, in the guest's time. */
    @GuardedBy("this")
    private Timestamp written;

    /** To be done after the data has been written. */
    @GuardedBy("this")
    private AttributeChange change = AttributeChange.NONE;

    @GuardedBy("this")
    private FileAttributes attributes;

    /** The guest's, once it is made while open. */
    @GuardedBy("this")
    private @Nullable FileHandle made;

    /** Of what was answered already; until the program is told. */
    private final Failure failure = new Failure();

    /**
     * @param handle what the program is told
     * @param device where it is made
     * @param since the present time in nanoseconds
     */
    Draft(
            GuestFilesystem guest,
            Drafts drafts,
            Backlog backlog,
            Device device,
            GuestClock clock,
            FileHandle handle,
            Creation creation,
            long since) {
        this.guest = guest;
        this.drafts = drafts;
        this.backlog = backlog;
        this.device = device;
        this.clock = clock;
        this.handle = handle;
        this.creation = creation;
        this.path = creation.path();
        this.parent = path.parent();
        this.since = since;
        this.born = clock.now();
        this.written = born;
        this.attributes = new FileAttributes(
                device.number(),
                FileAttributes.NO_INODE,
                FileType.REGULAR.modeBits() | creation.mode(),
                1,
                creation.owner().uid(),
                creation.owner().gid(),
                0,
                0,
                0,
                BLOCK_SIZE,
                born,
                born,
                born,
                true,
                false);
    }

    FileHandle handle() {
        return handle;
    }

    @Override
    public GuestPath path() {
        return path;
    }

    GuestPath parent() {
        return parent;
    }

    /** What the guest is expected to tell of it. */
    synchronized FileAttributes attributes() {
        return attributes;
    }

    /** pwrite(2). */
    int write(long offset, ByteBuffer source) throws GuestFilesystemException {
        FileHandle file;
        synchronized (this) {
            failure.throwOnce();
            int count = source.remaining();
            if (state == State.OPEN
                    && offset == data.length()
                    && data.takes(count)
                    && Changes.mayPrecedeWrite(change)
                    && device.hasRoom(parent)
                    && backlog.reserve(count)) {
                buffer(source);
                return count;
            }
            // The guest is going to write, and tell the time itself.
            file = make(change);
        }
        return guest.write(file, offset, source);
    }

    @GuardedBy("this")
    private void buffer(ByteBuffer source) {
        data.add(source);
        written = clock.now();
        attributes = Changes.grown(attributes, data.length());
    }

    /** chown(2), chmod(2), utimensat(2); null if the guest has to be asked. */
    synchronized @Nullable FileAttributes setattr(AttributeChange wanted) {
        boolean unsent = state == State.OPEN || state == State.QUEUED;
        if (!unsent || !Changes.canMerge(change, wanted) || !device.accepts(attributes, wanted)) {
            return null;
        }
        Timestamp now = clock.now();
        AttributeChange timed = Changes.at(now, wanted);
        change = Changes.merge(change, timed);
        attributes = Changes.expected(attributes, timed, now);
        return attributes;
    }

    /** chmod(2) of the permission bits alone; false, with nothing done, if the guest has to be asked. */
    synchronized boolean setPermissions(int permissions) {
        return setattr(AccessLists.change(attributes, permissions)) != null;
    }

    /** A descriptor was closed: waits for the guest unless that is sure to have room. */
    void flush() throws GuestFilesystemException {
        FileHandle file;
        synchronized (this) {
            failure.throwOnce();
            if (state == State.OPEN && device.hasRoom(parent)) {
                return;
            }
            file = make();
        }
        guest.flush(file);
    }

    /** The program has closed it: if it is not made, that is queued. */
    void close(ChangeQueue queue) throws GuestFilesystemException {
        FileHandle file;
        synchronized (this) {
            if (state == State.OPEN) {
                // At once, so that whoever finds it not made finds it queued.
                state = State.QUEUED;
                queue.add(this);
                return;
            }
            file = made;
        }
        loseFailure();
        if (file != null) {
            guest.release(file);
        }
    }

    /** The guest's handle of an open file, which is made if it is not. */
    synchronized FileHandle make() throws GuestFilesystemException {
        // The guest gives a file that is so new the same times, and more requests follow each other without waiting.
        return make(clock.isPresent(born) ? change : wholeChange());
    }

    /** @param rest to be done after the data has been written */
    @GuardedBy("this")
    private FileHandle make(AttributeChange rest) throws GuestFilesystemException {
        if (made != null) {
            return made;
        }
        if (state != State.OPEN) {
            throw GuestFilesystemException.of(Errno.EIO, "make", path);
        }
        state = State.FAILED;
        try {
            FileHandle file = create();
            state = State.MADE;
            made = file;
            finish(file, rest);
            return file;
        } finally {
            forget();
        }
    }

    /** Neither data nor anything else of it is waiting any more. */
    @GuardedBy("this")
    private void forget() {
        backlog.free(data.length());
        data.discard();
        drafts.forget(this);
    }

    /** Has it made if it is open, for somebody else; what fails the program that has it open is told. */
    synchronized void settle() {
        if (state == State.OPEN) {
            try {
                make();
            } catch (GuestFilesystemException e) {
                failure.happened(e);
            }
        }
    }

    /** The same if it was opened before that time. */
    void settleOlderThan(long time) {
        if (since - time < 0) {
            settle();
        }
    }

    /** Nobody is going to be told of a failure by a use of the file. */
    void loseFailure() {
        backlog.lose(path, failure);
    }

    /** Reports a failure of what was answered already, once. */
    void throwFailure() throws GuestFilesystemException {
        failure.throwOnce();
    }

    /** There should be nothing; but in a directory that takes some names for others there may be. */
    private FileHandle create() throws GuestFilesystemException {
        OpenedFile file = creation.makeOn(guest);
        return (file == null ? creation.openOn(guest) : file).handle();
    }

    @GuardedBy("this")
    private void finish(FileHandle file, AttributeChange rest) throws GuestFilesystemException {
        new FileUpdate(file, 0, data.view(), rest, false).applyTo(guest);
    }

    /** With the times at which things were done that the guest does later. */
    @GuardedBy("this")
    private AttributeChange wholeChange() {
        AttributeChange times = AttributeChange.ofTimes(new TimeChange(born), new TimeChange(written));
        return Changes.merge(times, change);
    }

    @Override
    public synchronized int dataBytes() {
        return data.length();
    }

    @Override
    public synchronized TreeChange take() {
        state = State.TAKEN;
        return new TreeChange.MakeFile(path, creation.mode(), creation.owner(), data.view(), wholeChange());
    }

    @Override
    public void done(ChangeOutcome outcome) {
        Errno errno = outcome.failure();
        if (errno != null) {
            redo(errno);
        } else if (outcome.attributes() != null) {
            clock.saw(outcome.attributes().changed());
        }
        synchronized (this) {
            forget();
        }
    }

    /** Does by itself what has failed with others, for the same reason or because a file was in the way that should not. */
    private synchronized void redo(Errno errno) {
        try {
            if (!creation.mayExist(errno)) {
                throw GuestFilesystemException.of(errno, "make", path);
            }
            FileHandle file = create();
            try {
                finish(file, wholeChange());
            } finally {
                guest.release(file);
            }
        } catch (GuestFilesystemException e) {
            backlog.lose(path, e);
        }
    }
}
