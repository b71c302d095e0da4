package org.guestmount.cache.writebehind;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileDetails;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.OpenedFile;
import org.guestmount.core.fs.RenameMode;
import org.guestmount.core.fs.XattrMode;

/**
 * Answers that a file was made before the guest was asked to make it, keeps what is written to it, its attributes and those of new directories, and has the guest do all that for many files at once.
 * Whatever could tell the difference waits, as with {@link WriteBehindFilesystem}, which takes over files that become large or are looked at while they are open.
 *
 * <p>A file is put off only where it is sure to be made: its name is known to be missing and is such that every filesystem takes it, its directory
 * is new or has just taken another file, and there is room.
 *
 * <p>What fails afterwards is told as {@link WriteBehindFilesystem} tells it.
 *
 * <p>Attributes of what was put off are {@link FileAttributes#provisional provisional}, without the number of an inode.
 */
public final class DraftFilesystem extends SettlingFilesystem {
    private static final int MAX_DRAFTS = 512;
    private static final int MAX_NAME_BYTES = 255;

    /** Beside letters and digits. */
    private static final String PLAIN = "-_.+,=@~#%{}[]() ";

    private static final Duration TICK = Duration.ofMillis(100);

    /** An open file is made after this time: a program that is killed with us loses no more. */
    private static final Duration MAX_AGE = Duration.ofMillis(500);

    /** The kernel asks for it before each write. */
    private static final String CAPABILITIES = "security.capability";

    private final Knowledge known;
    private final LongSupplier nanoTime;
    private final GuestClock clock;
    private final Devices devices;
    private final KnownDirectories directories;
    private final Drafts drafts = new Drafts();
    private final Ticker ticker = new Ticker("drafts", TICK, this::tick);
    private final ChangeQueue queue;
    private final Removals removals;
    private final AccessLists accessLists;

    /**
     * @param guest closed with this
     * @param known of that filesystem
     */
    public DraftFilesystem(GuestFilesystem guest, Knowledge known) {
        this(guest, known, System::nanoTime);
    }

    /** With a clock, in nanoseconds. */
    DraftFilesystem(GuestFilesystem guest, Knowledge known, LongSupplier nanoTime) {
        super(guest);
        this.known = known;
        this.nanoTime = nanoTime;
        this.clock = new GuestClock(nanoTime);
        this.devices = new Devices(guest, backlog, nanoTime);
        this.directories = new KnownDirectories(devices, backlog);
        this.queue = new ChangeQueue(guest, backlog, ticker, nanoTime);
        this.removals = new Removals(known, directories, drafts, queue, backlog, clock);
        this.accessLists = new AccessLists(guest);
    }

    // What is put off.

    @Override
    public OpenedFile create(GuestPath path, OpenFlags flags, int mode, Credentials owner)
            throws GuestFilesystemException {
        Creation creation = new Creation(path, flags, mode, owner);
        settle(path);
        boolean missing = known.knowsMissing(path);
        KnownDirectory parent = directories.get(path.parent());
        if (missing && parent != null && parent.takesFiles() && isDraft(creation, parent.device())) {
            Draft draft = new Draft(
                    guest, drafts, backlog, parent.device(), clock, drafts.newHandle(), creation, nanoTime.getAsLong());
            parent.nameWaits(clock, !drafts.isWaiting(parent));
            drafts.add(draft);
            ticker.start();
            return new OpenedFile(draft.handle(), draft.attributes());
        }
        settleTimes(path.parent());
        OpenedFile created = creation.openOn(guest);
        if (missing) {
            clock.saw(created.attributes().changed());
            directories.know(path.parent(), created.attributes().device(), null).tookFile();
            madeIn(path, created.attributes());
        } else {
            directories.changedUnseen(path.parent());
        }
        return created;
    }

    private boolean isDraft(Creation creation, Device device) {
        GuestPath path = creation.path();
        device.countFile();
        return clock.isSet()
                && creation.mayDefer()
                && isPlain(path.name())
                && ChangeQueue.takes(path)
                && drafts.count() < MAX_DRAFTS
                && device.hasRoom(path.parent());
    }

    /** Whether all filesystems take the name, whatever else they restrict. */
    private static boolean isPlain(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!letter && PLAIN.indexOf(c) < 0) {
                return false;
            }
        }
        return name.length() <= MAX_NAME_BYTES;
    }

    @Override
    public FileAttributes mkdir(GuestPath path, int mode, Credentials owner) throws GuestFilesystemException {
        beforeNameChange(path);
        // Where names fold, what is remembered by one could not be told from what another does.
        boolean missing = known.knowsMissing(path);
        KnownDirectory parent = directories.get(path.parent());
        FileAttributes before = parent == null ? null : parent.expected();
        FileAttributes made = guest.mkdir(path, mode, owner);
        if (parent != null) {
            parent.madeDirectoryIn(made.changed(), before);
        }
        if (missing) {
            clock.saw(made.changed());
            directories.know(path, made.device(), made);
        }
        return made;
    }

    @Override
    public int write(FileHandle file, long offset, ByteBuffer source) throws GuestFilesystemException {
        backlog.spend(source.remaining());
        Draft draft = drafts.open(file);
        return draft == null ? guest.write(file, offset, source) : draft.write(offset, source);
    }

    /** Of a directory made here also before what waits to be done in it is done, the guest's times being near enough. */
    @Override
    public FileAttributes getattr(FileReference file) throws GuestFilesystemException {
        KnownDirectory directory = directories.find(file);
        if (directory == null) {
            return super.getattr(file);
        }
        FileAttributes expected = drafts.isWaiting(directory) ? directory.expected() : null;
        if (expected != null && expected.provisional()) {
            return expected;
        }
        long asked = directory.changes();
        FileAttributes told = super.getattr(file);
        directory.told(told, asked);
        return told;
    }

    @Override
    public FileAttributes setattr(FileReference file, AttributeChange change) throws GuestFilesystemException {
        Draft draft = drafts.find(file);
        if (draft != null) {
            return setattr(draft, file, change);
        }
        KnownDirectory directory = directories.find(file);
        if (directory != null) {
            return setattr(directory, change);
        }
        FileAttributes after = guest.setattr(settled(file), change);
        if (after.isDirectory()) {
            directories.changedUnseen(file);
        }
        return after;
    }

    private FileAttributes setattr(Draft draft, FileReference file, AttributeChange change)
            throws GuestFilesystemException {
        FileAttributes before = draft.attributes();
        FileAttributes expected = draft.setattr(change);
        if (expected != null) {
            return expected;
        }
        FileAttributes after = guest.setattr(settled(file), change);
        Device device = devices.find(after.device());
        if (device != null) {
            device.learn(before, change, after);
        }
        return after;
    }

    private FileAttributes setattr(KnownDirectory directory, AttributeChange change) throws GuestFilesystemException {
        GuestPath path = directory.path();
        settleOpenIn(path);
        FileAttributes expected = directory.setattr(change, clock.now(), !drafts.isWaiting(directory), queue);
        if (expected != null) {
            queue.sendIfDue();
            ticker.start();
            return expected;
        }
        FileAttributes after = guest.setattr(settled(path), change);
        directory.changed(change, after);
        return after;
    }

    @Override
    public void flush(FileHandle file) throws GuestFilesystemException {
        Draft draft = drafts.open(file);
        if (draft == null) {
            guest.flush(file);
        } else {
            draft.flush();
        }
    }

    @Override
    public void release(FileHandle file) throws GuestFilesystemException {
        Draft draft = drafts.close(file);
        if (draft == null) {
            guest.release(file);
            return;
        }
        KnownDirectory parent = directories.get(draft.parent());
        if (parent != null) {
            parent.changeQueued();
        }
        queue.awaitRoom();
        draft.close(queue);
        queue.sendIfDue();
    }

    /** Has done what has waited for too long; whether anything still waits. */
    boolean tick() {
        long limit = nanoTime.getAsLong() - MAX_AGE.toNanos();
        drafts.all().forEach(draft -> draft.settleOlderThan(limit));
        queue.sendIfDue();
        return isAnythingPutOff();
    }

    private boolean isAnythingPutOff() {
        return !drafts.areNone() || !queue.isIdle();
    }

    // What could tell the difference.

    /** Has done what is put off of a file, of what the path makes a directory of, and in a directory. */
    private void settle(GuestPath path) {
        if (!isAnythingPutOff()) {
            return;
        }
        KnownDirectory directory = directories.get(path);
        boolean queued = directory != null && directory.isToBeChanged();
        for (GuestPath at = path; !drafts.areNone() && !at.isRoot(); at = at.parent()) {
            queued |= drafts.isToBeRemoved(at);
            Draft draft = drafts.at(at);
            if (draft != null) {
                draft.settle();
                queued |= drafts.at(at) != null;
            }
        }
        if (drafts.isAnyIn(path)) {
            settleOpenIn(path);
            if (directory != null) {
                directory.lookLater(queue);
            }
            queued = true;
        }
        if (queued) {
            queue.drain();
        }
    }

    private void settleOpenIn(GuestPath directory) {
        if (drafts.isAnyIn(directory)) {
            drafts.in(directory).forEach(Draft::settle);
        }
    }

    @Override
    void settleTree(FileReference directory) {
        if (!isAnythingPutOff()) {
            return;
        }
        if (directory instanceof GuestPath path
                && !drafts.isAnyBelow(path)
                && !directories.isAnyToBeChangedBelow(path)) {
            settle(path);
        } else {
            settleAll();
        }
    }

    @Override
    FileReference settled(FileReference reference) throws GuestFilesystemException {
        if (reference instanceof GuestPath path) {
            settle(path);
            return path;
        }
        return settled((FileHandle) reference);
    }

    @Override
    FileHandle settled(FileHandle handle) throws GuestFilesystemException {
        Draft draft = drafts.open(handle);
        return draft == null ? handle : draft.make();
    }

    /** A name is about to be made or taken away, which changes the times of the directory. */
    private void beforeNameChange(GuestPath path) {
        settle(path);
        settleTimes(path.parent());
    }

    private void settleTimes(GuestPath directory) {
        KnownDirectory parent = directories.get(directory);
        if (parent != null && parent.isToBeChanged()) {
            queue.drain();
        }
    }

    @Override
    void settleAll() {
        drafts.all().forEach(Draft::settle);
        queue.drain();
    }

    @Override
    public FileDetails lookup(GuestPath path) throws GuestFilesystemException {
        settle(path);
        return guest.lookup(path);
    }

    @Override
    public String readlink(GuestPath path) throws GuestFilesystemException {
        settle(path);
        return guest.readlink(path);
    }

    @Override
    public OpenedFile open(GuestPath path, OpenFlags flags) throws GuestFilesystemException {
        settle(path);
        return guest.open(path, flags);
    }

    @Override
    public void fallocate(FileHandle file, int mode, long offset, long length) throws GuestFilesystemException {
        backlog.spend(length);
        guest.fallocate(settled(file), mode, offset, length);
    }

    @Override
    public long copyRange(
            FileHandle source, long sourceOffset, FileHandle destination, long destinationOffset, long length)
            throws GuestFilesystemException {
        Draft draft = drafts.open(destination);
        if (draft != null
                && drafts.open(source) == null
                && sourceOffset >= 0
                && length > 0
                && guest.getattr(source).size() <= GuestFilesystem.SMALL_FILE_BYTES) {
            return copySmallFile(source, sourceOffset, draft, destinationOffset, length);
        }
        long count = guest.copyRange(settled(source), sourceOffset, settled(destination), destinationOffset, length);
        backlog.spend(count);
        return count;
    }

    /** By reading what may be here already, and writing what may be put off. */
    private long copySmallFile(FileHandle source, long sourceOffset, Draft draft, long destinationOffset, long length)
            throws GuestFilesystemException {
        ByteBuffer data = ByteBuffer.allocate((int) Math.min(length, GuestFilesystem.SMALL_FILE_BYTES));
        int count = guest.read(source, sourceOffset, data);
        backlog.spend(count);
        return count == 0 ? 0 : draft.write(destinationOffset, data.flip());
    }

    @Override
    public FileAttributes mknod(GuestPath path, int mode, long rdev, Credentials owner)
            throws GuestFilesystemException {
        beforeNameChange(path);
        return madeIn(path, guest.mknod(path, mode, rdev, owner));
    }

    @Override
    public FileAttributes symlink(String target, GuestPath path, Credentials owner) throws GuestFilesystemException {
        beforeNameChange(path);
        return madeIn(path, guest.symlink(target, path, owner));
    }

    @Override
    public FileAttributes link(FileReference existing, GuestPath path) throws GuestFilesystemException {
        settleAll();
        return madeIn(path, guest.link(settled(existing), path));
    }

    /** The guest has just made that, which is no directory. */
    private FileAttributes madeIn(GuestPath path, FileAttributes made) {
        KnownDirectory parent = directories.get(path.parent());
        if (parent != null) {
            parent.madeIn(made.changed());
        }
        return made;
    }

    @Override
    public void unlink(GuestPath path) throws GuestFilesystemException {
        beforeNameChange(path);
        if (removals.unlink(path)) {
            ticker.start();
            return;
        }
        FileAttributes attributes = known.knownAttributes(path);
        guest.unlink(path);
        directories.changedUnseen(path.parent());
        if (attributes != null) {
            directories.know(path.parent(), attributes.device(), null).allowRemovals();
        }
    }

    @Override
    public void rmdir(GuestPath path) throws GuestFilesystemException {
        settleTimes(path.parent());
        accessLists.beforeDirectoriesMove();
        if (removals.rmdir(path)) {
            ticker.start();
        } else {
            settleAll();
            guest.rmdir(path);
        }
        directories.forgetTree(path);
    }

    @Override
    public void rename(GuestPath from, GuestPath to, RenameMode mode) throws GuestFilesystemException {
        settleAll();
        accessLists.beforeDirectoriesMove();
        try {
            guest.rename(from, to, mode);
        } finally {
            directories.forgetTree(from);
            directories.forgetTree(to);
        }
    }

    @Override
    public byte[] getxattr(FileReference file, String name) throws GuestFilesystemException {
        if (CAPABILITIES.equals(name) && file instanceof GuestPath path && drafts.at(path) != null) {
            throw GuestFilesystemException.of(Errno.ENODATA, "getxattr", file);
        }
        return super.getxattr(file, name);
    }

    @Override
    public void setxattr(FileReference file, String name, byte[] value, XattrMode mode)
            throws GuestFilesystemException {
        int permissions = AccessLists.permissions(name, value, mode);
        Draft draft = permissions < 0 ? null : drafts.find(file);
        if (draft != null
                && accessLists.areChmod(draft.attributes().device(), draft.parent())
                && draft.setPermissions(permissions)) {
            return;
        }
        beforeXattrChange(name);
        accessLists.beforeSetting(name);
        guest.setxattr(settled(file), name, value, mode);
        directories.changedUnseen(file);
        if (draft != null) {
            accessLists.wasTaken(draft.attributes().device());
        }
    }

    @Override
    public void removexattr(FileReference file, String name) throws GuestFilesystemException {
        beforeXattrChange(name);
        guest.removexattr(settled(file), name);
        directories.changedUnseen(file);
    }

    /** Drafts inherit what is there when they are made. */
    private void beforeXattrChange(String name) {
        if (AccessLists.isInherited(name)) {
            settleAll();
        }
    }

    // What makes things last, and reports what could not be kept.

    @Override
    public void fsync(FileReference file, boolean dataOnly) throws GuestFilesystemException {
        Draft draft = drafts.find(file);
        settleAll();
        if (draft != null) {
            draft.throwFailure();
        }
        guest.fsync(settled(file), dataOnly);
        backlog.throwUnreported();
    }

    @Override
    void end() {
        drafts.open().forEach(Draft::loseFailure);
        ticker.stop();
    }
}
