package org.guestmount.cache.writebehind;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.AttributeChange.TimeChange;
import org.guestmount.core.fs.ChangeOutcome;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.FileUpdate;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.OpenFlags;
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

    private static final byte[] NOTHING = {};

    private enum State {
        OPEN,
        QUEUED,
        TAKEN,
        MADE,
        FAILED
    }

    private final GuestFilesystem guest;
    private final Drafts drafts;
    private final Device device;
    private final GuestClock clock;
    private final FileHandle handle;
    private final GuestPath path;
    private final GuestPath parent;
    private final OpenFlags flags;
    private final int mode;
    private final Credentials owner;
    private final Timestamp born;
    private final long since;

    @GuardedBy("this")
    private State state = State.OPEN;

    @GuardedBy("this")
    private byte[] data = NOTHING;

    @GuardedBy("this")
    private int length;

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
     * @param parent where it is made
     */
    Draft(
            GuestFilesystem guest,
            Drafts drafts,
            KnownDirectory parent,
            GuestClock clock,
            FileHandle handle,
            GuestPath path,
            OpenFlags flags,
            int mode,
            Credentials owner,
            long now) {
        this.guest = guest;
        this.drafts = drafts;
        this.device = parent.device();
        this.clock = clock;
        this.handle = handle;
        this.path = path;
        this.parent = path.parent();
        this.flags = flags;
        this.mode = mode;
        this.owner = owner;
        this.since = now;
        this.born = clock.now(now);
        this.written = born;
        this.attributes = new FileAttributes(
                device.number(),
                FileAttributes.NO_INODE,
                FileType.REGULAR.modeBits() | mode,
                1,
                owner.uid(),
                owner.gid(),
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

    GuestPath path() {
        return path;
    }

    GuestPath parent() {
        return parent;
    }

    /** What the guest is expected to tell of it. */
    synchronized FileAttributes attributes() {
        return attributes;
    }

    /** Whether it has been made while it was open. */
    synchronized boolean isMade() {
        return made != null;
    }

    /** pwrite(2). */
    int write(long offset, ByteBuffer source, long now) throws GuestFilesystemException {
        FileHandle file;
        synchronized (this) {
            failure.throwOnce();
            int count = source.remaining();
            if (state == State.OPEN
                    && offset == length
                    && length + count <= MAX_BYTES
                    && change.isNone()
                    && device.hasRoom(parent)
                    && drafts.reserve(count)) {
                buffer(source, now);
                return count;
            }
            // The guest is going to write, and tell the time itself.
            file = make(change);
        }
        return guest.write(file, offset, source);
    }

    @GuardedBy("this")
    private void buffer(ByteBuffer source, long now) {
        int count = source.remaining();
        if (data.length < length + count) {
            data = Arrays.copyOf(data, Math.max(length + count, Math.min(2 * length, MAX_BYTES)));
        }
        source.get(data, length, count);
        length += count;
        written = clock.now(now);
        attributes = Changes.grown(attributes, length);
    }

    /** chown(2), chmod(2), utimensat(2); null if the guest has to be asked. */
    synchronized @Nullable FileAttributes setattr(AttributeChange wanted, long now) {
        boolean unsent = state == State.OPEN || state == State.QUEUED;
        if (!unsent || !Changes.canMerge(change, wanted) || !device.accepts(attributes, wanted)) {
            return null;
        }
        AttributeChange timed = Changes.at(clock.now(now), wanted);
        change = Changes.merge(change, timed);
        attributes = Changes.expected(attributes, timed);
        return attributes;
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
        boolean isNew = drafts.now() - since < GuestClock.TICK_NANOS;
        return make(isNew ? change : wholeChange());
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
            data = NOTHING;
            drafts.forget(this, length);
        }
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
        drafts.lose(path, failure.take());
    }

    /** Reports a failure of what was answered already, once. */
    void throwFailure() throws GuestFilesystemException {
        failure.throwOnce();
    }

    /** There should be nothing; but in a directory that takes some names for others there may be. */
    private FileHandle create() throws GuestFilesystemException {
        try {
            OpenFlags exclusive = new OpenFlags(flags.bits() | OpenFlags.EXCL);
            return guest.create(path, exclusive, mode, owner).handle();
        } catch (GuestFilesystemException e) {
            if (e.errno() != Errno.EEXIST || flags.has(OpenFlags.EXCL)) {
                throw e;
            }
            return guest.create(path, flags, mode, owner).handle();
        }
    }

    @GuardedBy("this")
    private void finish(FileHandle file, AttributeChange rest) throws GuestFilesystemException {
        new FileUpdate(file, 0, ByteBuffer.wrap(data, 0, length), rest, false).applyTo(guest);
    }

    /** With the times at which things were done that the guest does later. */
    @GuardedBy("this")
    private AttributeChange wholeChange() {
        AttributeChange times = AttributeChange.ofTimes(new TimeChange(born), new TimeChange(written));
        return Changes.merge(times, change);
    }

    @Override
    public int bytes() {
        return path.toString().length() + GuestFilesystem.CHANGE_BYTES;
    }

    @Override
    public synchronized int dataBytes() {
        return length;
    }

    @Override
    public synchronized TreeChange take() {
        state = State.TAKEN;
        return new TreeChange.MakeFile(path, mode, owner, ByteBuffer.wrap(data, 0, length), wholeChange());
    }

    @Override
    public void done(ChangeOutcome outcome) {
        Errno errno = outcome.failure();
        if (errno != null) {
            redo(errno);
        } else if (outcome.attributes() != null) {
            drafts.made(outcome.attributes());
        }
        synchronized (this) {
            data = NOTHING;
            drafts.forget(this, length);
        }
    }

    /** Does by itself what has failed with others, for the same reason or because a file was in the way that should not. */
    private synchronized void redo(Errno errno) {
        try {
            if (errno != Errno.EEXIST || flags.has(OpenFlags.EXCL)) {
                throw GuestFilesystemException.of(errno, "make", path);
            }
            FileHandle file = create();
            try {
                finish(file, wholeChange());
            } finally {
                guest.release(file);
            }
        } catch (GuestFilesystemException e) {
            drafts.lose(path, e);
        }
    }
}
