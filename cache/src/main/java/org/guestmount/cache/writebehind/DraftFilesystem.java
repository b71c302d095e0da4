package org.guestmount.cache.writebehind;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.DirectoryChunk;
import org.guestmount.core.fs.DirectoryEntry;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileDetails;
import org.guestmount.core.fs.FileExtent;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.FilesystemStatistics;
import org.guestmount.core.fs.ForwardingGuestFilesystem;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.OpenedFile;
import org.guestmount.core.fs.RenameMode;
import org.guestmount.core.fs.SeekTarget;
import org.guestmount.core.fs.XattrMode;
import org.jspecify.annotations.Nullable;

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
public final class DraftFilesystem extends ForwardingGuestFilesystem {
    private static final int MAX_DRAFTS = 512;
    private static final int MAX_NAME_BYTES = 255;
    private static final int MAX_PATH_BYTES = 4096;

    /** Beside letters and digits. */
    private static final String PLAIN = "-_.+,=@~#%{}[]() ";

    /** What is larger is removed before that is answered: somebody may want its room. */
    private static final int MAX_REMOVED_BYTES = 1 << 20;

    /** How often what waits is looked at, in milliseconds. */
    private static final int TICK_MILLIS = 100;

    /** An open file is made after this time: a program that is killed with us loses no more. */
    private static final long MAX_AGE_NANOS = 500_000_000;

    /** The kernel asks for it before each write. */
    private static final String CAPABILITIES = "security.capability";

    private final GuestFilesystem guest;
    private final Knowledge known;
    private final LongSupplier nanoTime;
    private final Backlog backlog = new Backlog();
    private final GuestClock clock = new GuestClock();
    private final Drafts drafts;
    private final KnownDirectories directories = new KnownDirectories();
    private final Map<Long, Device> devices = new ConcurrentHashMap<>();
    private final ScheduledThreadPoolExecutor sender;
    private final ChangeQueue queue;
    private final AtomicBoolean scheduled = new AtomicBoolean();

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
        this.guest = guest;
        this.known = known;
        this.nanoTime = nanoTime;
        this.drafts = new Drafts(backlog, clock, nanoTime);
        this.sender = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "drafts");
            thread.setDaemon(true);
            return thread;
        });
        this.queue = new ChangeQueue(guest, backlog, sender, nanoTime);
    }

    // What is put off.

    @Override
    public OpenedFile create(GuestPath path, OpenFlags flags, int mode, Credentials owner)
            throws GuestFilesystemException {
        settle(path);
        boolean missing = known.knowsMissing(path);
        KnownDirectory parent = directories.get(path.parent());
        if (missing && parent != null && isDraft(path, flags, parent)) {
            long now = nanoTime.getAsLong();
            Draft draft = new Draft(guest, drafts, parent, clock, drafts.newHandle(), path, flags, mode, owner, now);
            drafts.add(draft);
            scheduleTick();
            return new OpenedFile(draft.handle(), draft.attributes());
        }
        beforeNameChange(path);
        OpenedFile created = guest.create(path, flags, mode, owner);
        if (missing) {
            clock.saw(created.attributes().changed(), nanoTime.getAsLong());
            know(path.parent(), created.attributes().device(), null);
        }
        return created;
    }

    private boolean isDraft(GuestPath path, OpenFlags flags, KnownDirectory parent) {
        parent.device().countFile();
        return clock.isSet()
                && WriteBehindFilesystem.mayDefer(flags)
                && isPlain(path.name())
                && path.toString().length() <= MAX_PATH_BYTES
                && drafts.count() < MAX_DRAFTS
                && parent.device().hasRoom(path.parent());
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

    /** Something was made in a directory or removed from it, or it was made itself. */
    private KnownDirectory know(GuestPath directory, long device, @Nullable FileAttributes own) {
        Device filesystem = devices.computeIfAbsent(device, number -> new Device(number, guest, backlog, nanoTime));
        return directories.add(directory, new KnownDirectory(directory, filesystem, backlog, own));
    }

    @Override
    public FileAttributes mkdir(GuestPath path, int mode, Credentials owner) throws GuestFilesystemException {
        beforeNameChange(path);
        // Where names fold, what is remembered by one could not be told from what another does.
        boolean missing = known.knowsMissing(path);
        FileAttributes made = guest.mkdir(path, mode, owner);
        if (missing) {
            clock.saw(made.changed(), nanoTime.getAsLong());
            know(path, made.device(), made);
        }
        return made;
    }

    @Override
    public int write(FileHandle file, long offset, ByteBuffer source) throws GuestFilesystemException {
        Draft draft = drafts.open(file);
        return draft == null ? guest.write(file, offset, source) : draft.write(offset, source, nanoTime.getAsLong());
    }

    @Override
    public FileAttributes setattr(FileReference file, AttributeChange change) throws GuestFilesystemException {
        Draft draft = drafts.find(file);
        if (draft != null) {
            FileAttributes before = draft.attributes();
            FileAttributes expected = draft.setattr(change, nanoTime.getAsLong());
            if (expected != null) {
                return expected;
            }
            FileAttributes after = guest.setattr(settled(file), change);
            devices.computeIfPresent(after.device(), (number, device) -> {
                device.learn(before, change, after);
                return device;
            });
            return after;
        }
        KnownDirectory directory = file instanceof GuestPath path ? directories.get(path) : null;
        if (directory == null) {
            return guest.setattr(settled(file), change);
        }
        settleOpenIn((GuestPath) file);
        FileAttributes expected = directory.setattr(change, clock.now(nanoTime.getAsLong()), queue);
        if (expected != null) {
            queue.sendIfDue();
            scheduleTick();
            return expected;
        }
        FileAttributes after = guest.setattr(settled(file), change);
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

    @SuppressWarnings("FutureReturnValueIgnored") // what fails is told to whoever uses the file
    private void scheduleTick() {
        if (scheduled.compareAndSet(false, true)) {
            sender.schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Has done what has waited for too long; goes on as long as something waits. */
    void tick() {
        scheduled.set(false);
        long limit = nanoTime.getAsLong() - MAX_AGE_NANOS;
        drafts.all().forEach(draft -> draft.settleOlderThan(limit));
        queue.sendIfDue();
        if (!drafts.areNone() || !queue.isIdle()) {
            scheduleTick();
        }
    }

    // What could tell the difference.

    /** Has done what is put off of a file, of what the path makes a directory of, and in a directory. */
    private void settle(GuestPath path) {
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
            for (Draft draft : drafts.all()) {
                if (draft.parent().equals(directory)) {
                    draft.settle();
                }
            }
        }
    }

    /** By what the guest knows a file, which it has been asked to make. */
    private FileReference settled(FileReference reference) throws GuestFilesystemException {
        if (reference instanceof GuestPath path) {
            settle(path);
            return path;
        }
        return settled((FileHandle) reference);
    }

    private FileHandle settled(FileHandle handle) throws GuestFilesystemException {
        Draft draft = drafts.open(handle);
        return draft == null ? handle : draft.make();
    }

    /** A name is about to be made or taken away, which changes the times of the directory. */
    private void beforeNameChange(GuestPath path) {
        settle(path);
        KnownDirectory parent = directories.get(path.parent());
        if (parent != null && parent.isToBeChanged()) {
            queue.drain();
        }
    }

    private void settleAll() {
        drafts.all().forEach(Draft::settle);
        queue.drain();
    }

    @Override
    public FileDetails lookup(GuestPath path) throws GuestFilesystemException {
        settle(path);
        return guest.lookup(path);
    }

    @Override
    public FileAttributes getattr(FileReference file) throws GuestFilesystemException {
        return guest.getattr(settled(file));
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
    public DirectoryChunk readDirectory(FileReference directory, int maxBytes) throws GuestFilesystemException {
        settleAll();
        return guest.readDirectory(directory, maxBytes);
    }

    @Override
    public List<Optional<List<DirectoryEntry>>> listTrees(List<GuestPath> roots, boolean byName, int maxDirectories)
            throws GuestFilesystemException {
        settleAll();
        return guest.listTrees(roots, byName, maxDirectories);
    }

    @Override
    public List<Optional<ByteBuffer>> readSmallFiles(GuestPath directory, List<String> names)
            throws GuestFilesystemException {
        settleAll();
        return guest.readSmallFiles(directory, names);
    }

    @Override
    public List<FileExtent> mapExtents(FileHandle file, long offset) throws GuestFilesystemException {
        return guest.mapExtents(settled(file), offset);
    }

    @Override
    public List<List<FileExtent>> mapSmallFiles(GuestPath directory, List<String> names)
            throws GuestFilesystemException {
        settleAll();
        return guest.mapSmallFiles(directory, names);
    }

    @Override
    public int read(FileHandle file, long offset, ByteBuffer destination) throws GuestFilesystemException {
        return guest.read(settled(file), offset, destination);
    }

    @Override
    public void fallocate(FileHandle file, int mode, long offset, long length) throws GuestFilesystemException {
        guest.fallocate(settled(file), mode, offset, length);
    }

    @Override
    public long seek(FileHandle file, long offset, SeekTarget target) throws GuestFilesystemException {
        return guest.seek(settled(file), offset, target);
    }

    @Override
    public long copyRange(
            FileHandle source, long sourceOffset, FileHandle destination, long destinationOffset, long length)
            throws GuestFilesystemException {
        return guest.copyRange(settled(source), sourceOffset, settled(destination), destinationOffset, length);
    }

    @Override
    public FileAttributes mknod(GuestPath path, int mode, long rdev, Credentials owner)
            throws GuestFilesystemException {
        beforeNameChange(path);
        return guest.mknod(path, mode, rdev, owner);
    }

    @Override
    public FileAttributes symlink(String target, GuestPath path, Credentials owner) throws GuestFilesystemException {
        beforeNameChange(path);
        return guest.symlink(target, path, owner);
    }

    @Override
    public FileAttributes link(FileReference existing, GuestPath path) throws GuestFilesystemException {
        settleAll();
        return guest.link(settled(existing), path);
    }

    @Override
    public void unlink(GuestPath path) throws GuestFilesystemException {
        beforeNameChange(path);
        FileAttributes attributes = known.knownAttributes(path);
        KnownDirectory parent = directories.get(path.parent());
        if (attributes != null && parent != null && mayRemoveLater(path, attributes, parent)) {
            drafts.addRemoval(path);
            parent.changeQueued();
            queue.awaitRoom();
            queue.add(new Removal(drafts, path));
            queue.sendIfDue();
            scheduleTick();
            return;
        }
        guest.unlink(path);
        if (attributes != null) {
            know(path.parent(), attributes.device(), null).removedFrom();
        }
    }

    /** Whether it is sure to be removed, and nobody sees it otherwise than by its name, or misses the room it takes. */
    private boolean mayRemoveLater(GuestPath path, FileAttributes attributes, KnownDirectory parent)
            throws GuestFilesystemException {
        return parent.takesRemovals()
                && attributes.removable()
                && !attributes.isDirectory()
                && attributes.links() == 1
                && !known.isOpen(attributes.key())
                && attributes.size() <= MAX_REMOVED_BYTES
                && path.toString().length() <= MAX_PATH_BYTES
                && parent.device().hasRoom(path.parent());
    }

    @Override
    public void rmdir(GuestPath path) throws GuestFilesystemException {
        settleAll();
        guest.rmdir(path);
        directories.forgetTree(path);
    }

    @Override
    public void rename(GuestPath from, GuestPath to, RenameMode mode) throws GuestFilesystemException {
        settleAll();
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
        return guest.getxattr(settled(file), name);
    }

    @Override
    public List<String> listxattr(FileReference file) throws GuestFilesystemException {
        return guest.listxattr(settled(file));
    }

    @Override
    public void setxattr(FileReference file, String name, byte[] value, XattrMode mode)
            throws GuestFilesystemException {
        guest.setxattr(settled(file), name, value, mode);
    }

    @Override
    public void removexattr(FileReference file, String name) throws GuestFilesystemException {
        guest.removexattr(settled(file), name);
    }

    @Override
    public FilesystemStatistics statfs(GuestPath path) throws GuestFilesystemException {
        settleAll();
        return guest.statfs(path);
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
    public void sync() throws GuestFilesystemException {
        settleAll();
        guest.sync();
        backlog.throwUnreported();
    }

    /**
     * @throws GuestFilesystemException also if anything answered through this object was lost after the last program that
     *     could be told had closed the file
     */
    @Override
    public void close() throws GuestFilesystemException {
        settleAll();
        drafts.open().forEach(Draft::loseFailure);
        sender.shutdown();
        guest.close();
        backlog.throwLost();
    }
}
