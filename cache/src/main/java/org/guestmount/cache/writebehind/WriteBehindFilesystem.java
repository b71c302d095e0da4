package org.guestmount.cache.writebehind;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.ChangeOutcome;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileDetails;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.OpenedFile;
import org.guestmount.core.fs.RenameMode;
import org.guestmount.core.fs.TreeChange;
import org.guestmount.core.fs.XattrMode;

/**
 * Answers what is written to a new file, its attributes and its closing before the guest has done them, and has them done together, while the
 * program that made it goes on. Whatever could tell the difference waits: nothing seen through this object is older than what was answered through it.
 *
 * <p>What fails afterwards is told to the program by the next write, flush or fsync of the file; if it has none open any more, by the next fsync or sync
 * of anything; and in any case by {@link #close}.
 *
 * <p>Attributes it answers to {@link #setattr} may be {@link FileAttributes#provisional provisional}.
 *
 * <p>It has to be the only one through which the guest's filesystems are changed, and changes have to be asked for by paths that lead through
 * no symbolic link: the host's kernel resolves links, and asks for what they lead to.
 */
public final class WriteBehindFilesystem extends SettlingFilesystem {
    /** What is pending of an open file is sent after this time: a program that is killed with us loses no more. */
    private static final Duration MAX_AGE = Duration.ofMillis(500);

    private final LongSupplier nanoTime;
    private final NewFiles files = new NewFiles();
    private final GuestClock clock;
    private final Devices devices;
    private final AccessLists accessLists;

    /** Those closed of which something may remain to be sent. */
    private final Queue<NewFile> closed = new ConcurrentLinkedQueue<>();

    private final Ticker ticker = new Ticker("write-behind", MAX_AGE, this::sendAged);

    /** @param guest closed with this */
    public WriteBehindFilesystem(GuestFilesystem guest) {
        this(guest, System::nanoTime);
    }

    /** With a clock, in nanoseconds. */
    WriteBehindFilesystem(GuestFilesystem guest, LongSupplier nanoTime) {
        super(guest);
        this.nanoTime = nanoTime;
        this.clock = new GuestClock(nanoTime);
        this.devices = new Devices(guest, backlog, nanoTime);
        this.accessLists = new AccessLists(guest);
    }

    // What is deferred.

    @Override
    public OpenedFile create(GuestPath path, OpenFlags flags, int mode, Credentials owner)
            throws GuestFilesystemException {
        Creation creation = new Creation(path, flags, mode, owner);
        // That nobody opens the file before it is known here, the host's kernel sees to.
        retire(path);
        OpenedFile created = creation.makeOn(guest);
        // While the program fills the new one, the guest is free for those before it.
        sendClosed();
        if (created == null) {
            return opened(path, flags, creation.openOn(guest));
        }
        FileAttributes attributes = created.attributes();
        if (creation.mayDefer() && attributes.type() == FileType.REGULAR && attributes.links() == 1) {
            Device device = devices.add(attributes.device());
            device.countFile();
            clock.saw(attributes.changed());
            files.add(new NewFile(guest, backlog, device, clock, path, created, files::forget));
        }
        return created;
    }

    @Override
    public int write(FileHandle file, long offset, ByteBuffer source) throws GuestFilesystemException {
        backlog.spend(source.remaining());
        NewFile made = files.find(file);
        if (made == null) {
            return guest.write(file, offset, source);
        }
        int count = made.write(offset, source, nanoTime.getAsLong());
        ticker.start();
        return count;
    }

    @Override
    public FileAttributes setattr(FileReference file, AttributeChange change) throws GuestFilesystemException {
        NewFile made = files.find(file);
        if (made == null) {
            FileAttributes changed = guest.setattr(file, change);
            // What was pending has come after the change then, and should have come before.
            return file instanceof GuestPath path && retireAlias(path, changed) ? guest.setattr(file, change) : changed;
        }
        FileAttributes attributes = made.setattr(file, change, nanoTime.getAsLong());
        ticker.start();
        return attributes;
    }

    @Override
    public void setxattr(FileReference file, String name, byte[] value, XattrMode mode)
            throws GuestFilesystemException {
        int permissions = AccessLists.permissions(name, value, mode);
        NewFile made = permissions < 0 ? null : files.find(file);
        if (made != null
                && accessLists.areChmod(made.inode().device(), made.path().parent())
                && made.setPermissions(permissions, nanoTime.getAsLong())) {
            ticker.start();
            return;
        }
        beforeXattrChange(file, name);
        accessLists.beforeSetting(name);
        guest.setxattr(file, name, value, mode);
        if (made != null) {
            made.learnPermissions(permissions);
            accessLists.wasTaken(made.inode().device());
        }
    }

    @Override
    public CompletableFuture<List<ChangeOutcome>> changeLater(List<TreeChange> changes) {
        changes.forEach(change -> retire(change.path()));
        if (changes.stream().anyMatch(TreeChange.Rmdir.class::isInstance)) {
            accessLists.beforeDirectoriesMove();
        }
        return guest.changeLater(changes);
    }

    @Override
    public void flush(FileHandle file) throws GuestFilesystemException {
        NewFile made = files.find(file);
        if (made == null) {
            guest.flush(file);
        } else {
            made.flush();
        }
    }

    @Override
    public void release(FileHandle file) throws GuestFilesystemException {
        NewFile made = files.close(file);
        if (made == null) {
            guest.release(file);
        } else if (made.release(nanoTime.getAsLong())) {
            closed.add(made);
            ticker.start();
        }
    }

    private void sendClosed() {
        for (NewFile file = closed.poll(); file != null; file = closed.poll()) {
            file.sendClosed();
        }
    }

    /** Sends what has been pending for too long; whether anything is left. */
    boolean sendAged() {
        sendClosed();
        long limit = nanoTime.getAsLong() - MAX_AGE.toNanos();
        boolean left = false;
        for (NewFile file : files.all()) {
            left |= !file.sendOlderThan(limit);
        }
        return left;
    }

    // What could tell the difference.

    private void settle(FileReference reference) {
        NewFile file = files.find(reference);
        if (file != null) {
            file.settle();
        }
    }

    private void retire(FileReference reference) {
        NewFile file = files.find(reference);
        if (file != null) {
            retire(file);
        }
    }

    private void retire(NewFile file) {
        file.retire();
        files.forget(file);
    }

    @Override
    FileReference settled(FileReference file) {
        settle(file);
        return file;
    }

    @Override
    FileHandle settled(FileHandle file) {
        settle(file);
        return file;
    }

    @Override
    void settleAll() {
        files.all().forEach(NewFile::settle);
    }

    /** Of what is not known under that path something may be known under another, which the answer will not tell. */
    private void settleWithAliases(FileReference reference) {
        NewFile file = files.find(reference);
        if (file == null) {
            settleAll();
        } else {
            file.settle();
        }
    }

    private void retireAll() {
        files.all().forEach(this::retire);
    }

    /**
     * Whether that path led to a file made under another, as where names fold; what the guest told of it is then too old.
     */
    private boolean retireAlias(GuestPath path, FileAttributes attributes) {
        NewFile alias = files.findAlias(attributes.key(), path);
        if (alias == null) {
            return false;
        }
        retire(alias);
        return true;
    }

    @Override
    public FileDetails lookup(GuestPath path) throws GuestFilesystemException {
        settle(path);
        FileDetails details = guest.lookup(path);
        return retireAlias(path, details.attributes()) ? guest.lookup(path) : details;
    }

    @Override
    public FileAttributes getattr(FileReference file) throws GuestFilesystemException {
        settle(file);
        FileAttributes attributes = guest.getattr(file);
        return file instanceof GuestPath path && retireAlias(path, attributes) ? guest.getattr(file) : attributes;
    }

    @Override
    public OpenedFile open(GuestPath path, OpenFlags flags) throws GuestFilesystemException {
        retire(path);
        return opened(path, flags, guest.open(path, flags));
    }

    private OpenedFile opened(GuestPath path, OpenFlags flags, OpenedFile file) throws GuestFilesystemException {
        if (!retireAlias(path, file.attributes())) {
            return file;
        }
        try {
            FileAttributes attributes = flags.has(OpenFlags.TRUNC)
                    ? guest.setattr(file.handle(), AttributeChange.ofSize(0))
                    : guest.getattr(file.handle());
            return new OpenedFile(file.handle(), attributes);
        } catch (GuestFilesystemException e) {
            guest.release(file.handle());
            throw e;
        }
    }

    @Override
    public void fallocate(FileHandle file, int mode, long offset, long length) throws GuestFilesystemException {
        retire(file);
        backlog.spend(length);
        guest.fallocate(file, mode, offset, length);
    }

    @Override
    public long copyRange(
            FileHandle source, long sourceOffset, FileHandle destination, long destinationOffset, long length)
            throws GuestFilesystemException {
        settle(source);
        retire(destination);
        long count = guest.copyRange(source, sourceOffset, destination, destinationOffset, length);
        backlog.spend(count);
        return count;
    }

    @Override
    public FileAttributes link(FileReference existing, GuestPath path) throws GuestFilesystemException {
        retireAll();
        return guest.link(existing, path);
    }

    @Override
    public void unlink(GuestPath path) throws GuestFilesystemException {
        retire(path);
        guest.unlink(path);
    }

    @Override
    public void rmdir(GuestPath path) throws GuestFilesystemException {
        settleAll();
        accessLists.beforeDirectoriesMove();
        guest.rmdir(path);
    }

    @Override
    public void rename(GuestPath from, GuestPath to, RenameMode mode) throws GuestFilesystemException {
        retireAll();
        accessLists.beforeDirectoriesMove();
        guest.rename(from, to, mode);
    }

    @Override
    public void removexattr(FileReference file, String name) throws GuestFilesystemException {
        beforeXattrChange(file, name);
        guest.removexattr(file, name);
    }

    private void beforeXattrChange(FileReference file, String name) {
        if (AccessLists.isInherited(name)) {
            // Of those that were made before, nobody would know what they inherited.
            retireAll();
        } else {
            settleWithAliases(file);
        }
    }

    // What makes things last, and reports what could not be kept.

    @Override
    public void fsync(FileReference file, boolean dataOnly) throws GuestFilesystemException {
        NewFile made = files.find(file);
        settleAll();
        guest.fsync(file, dataOnly);
        if (made != null) {
            made.throwFailure();
        }
        backlog.throwUnreported();
    }

    @Override
    void end() {
        files.all().forEach(NewFile::loseFailure);
        ticker.stop();
    }
}
