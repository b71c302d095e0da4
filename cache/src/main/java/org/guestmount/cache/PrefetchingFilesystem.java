package org.guestmount.cache;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.guestmount.cache.writebehind.Knowledge;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.ChangeOutcome;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.DirectoryChunk;
import org.guestmount.core.fs.DriveData;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileDetails;
import org.guestmount.core.fs.FileExtent;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.ForwardingGuestFilesystem;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InodeKey;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.OpenedFile;
import org.guestmount.core.fs.RenameMode;
import org.guestmount.core.fs.SeekTarget;
import org.guestmount.core.fs.TreeChange;
import org.jspecify.annotations.Nullable;

/**
 * Opens files in the guest when they are first read, not before, reads them from the drives where their data lies there, and reads small files ahead
 * when a program reads those of a directory one after the other.
 *
 * <p>Before anything is sent that could give a file other contents or take its name away, all open files that the guest does not know of are opened
 * there, so that they stay what they are, and are read through the guest from then on; and contents that were read before it are not used after it.
 */
public final class PrefetchingFilesystem extends ForwardingGuestFilesystem implements Knowledge {
    /** Its handles count up from here: far from the guest's, which are positive, those of listings in memory, and those of drafts. */
    private static final long FIRST_HANDLE = Long.MIN_VALUE / 2;

    private final AtomicLong nextHandle = new AtomicLong(FIRST_HANDLE);
    private final Map<FileHandle, LazyFile> files = new ConcurrentHashMap<>();

    /** What the open files are that can be written to. */
    private final Map<FileHandle, InodeKey> writable = new ConcurrentHashMap<>();

    private final ContentChanges changes = new ContentChanges();
    private final GuestFilesystem guest;
    private final Knowledge known;
    private final boolean readOnly;
    private final DriveData drives;
    private final SmallFiles smallFiles;

    private PrefetchingFilesystem(GuestFilesystem guest, Knowledge known, boolean readOnly, DriveData drives) {
        super(guest);
        this.guest = guest;
        this.known = known;
        this.readOnly = readOnly;
        this.drives = drives;
        this.smallFiles = new SmallFiles(guest, drives, changes);
    }

    /**
     * Of a guest in which nothing changes.
     *
     * @param guest where attributes and listings are remembered; closed with this
     * @param known of that filesystem
     * @param drives from which files are read
     */
    public static PrefetchingFilesystem readOnly(GuestFilesystem guest, Knowledge known, DriveData drives) {
        return new PrefetchingFilesystem(guest, known, true, drives);
    }

    /**
     * Of a guest in which nothing changes but through this.
     *
     * @param guest where attributes and listings are remembered; closed with this
     * @param known of that filesystem
     * @param drives from which files are read while they do not change
     */
    public static PrefetchingFilesystem writable(GuestFilesystem guest, Knowledge known, DriveData drives) {
        return new PrefetchingFilesystem(guest, known, false, drives);
    }

    // Reading.

    @Override
    public OpenedFile open(GuestPath path, OpenFlags flags) throws GuestFilesystemException {
        if (flags.equals(OpenFlags.READ_ONLY)) {
            OpenedFile opened = readOnly ? openUnchanging(path) : openUnlessChanging(path);
            return opened == null ? guest.open(path, flags) : opened;
        }
        return changing(() -> opened(flags, guest.open(path, flags)));
    }

    private @Nullable OpenedFile openUnchanging(GuestPath path) throws GuestFilesystemException {
        FileDetails details = guest.lookup(path);
        return details.attributes().type() == FileType.REGULAR
                ? open(path, details.attributes(), details.contents())
                : null;
    }

    /** Null if it is not known exactly what is there, or that may change now. */
    private @Nullable OpenedFile openUnlessChanging(GuestPath path) {
        FileAttributes before = known.knownAttributes(path);
        if (before == null || before.type() != FileType.REGULAR) {
            return null;
        }
        return changes.unlessChanging(before.key(), () -> {
            FileAttributes attributes = known.knownAttributes(path);
            return attributes != null && attributes.key().equals(before.key()) ? open(path, attributes, null) : null;
        });
    }

    private OpenedFile open(GuestPath path, FileAttributes attributes, @Nullable FileExtent contents) {
        FileHandle handle = new FileHandle(nextHandle.getAndIncrement());
        files.put(handle, new LazyFile(guest, smallFiles, drives, path, attributes, contents));
        return new OpenedFile(handle, attributes);
    }

    @Override
    public int read(FileHandle file, long offset, ByteBuffer destination) throws GuestFilesystemException {
        LazyFile lazy = files.get(file);
        return lazy == null ? guest.read(file, offset, destination) : lazy.read(offset, destination);
    }

    @Override
    public DirectoryChunk readDirectory(FileReference directory, int maxBytes) throws GuestFilesystemException {
        DirectoryChunk chunk = guest.readDirectory(directory, maxBytes);
        if (directory instanceof GuestPath path) {
            smallFiles.listed(path);
        }
        return chunk;
    }

    @Override
    public long seek(FileHandle file, long offset, SeekTarget target) throws GuestFilesystemException {
        LazyFile lazy = files.get(file);
        return lazy == null ? guest.seek(file, offset, target) : lazy.seek(offset, target);
    }

    @Override
    public FileAttributes getattr(FileReference file) throws GuestFilesystemException {
        LazyFile lazy = file instanceof FileHandle handle ? files.get(handle) : null;
        return lazy == null ? guest.getattr(file) : lazy.getattr();
    }

    @Override
    public void flush(FileHandle file) throws GuestFilesystemException {
        if (!files.containsKey(file)) {
            guest.flush(file);
        }
    }

    @Override
    public void release(FileHandle file) throws GuestFilesystemException {
        LazyFile lazy = files.remove(file);
        if (lazy != null) {
            lazy.release();
            return;
        }
        InodeKey written = writable.remove(file);
        try {
            guest.release(file);
        } finally {
            if (written != null) {
                changes.closed(written);
            }
        }
    }

    // What changes contents or takes names away.

    private <R> R changing(Call<R> call) throws GuestFilesystemException {
        beginChange();
        try {
            return call.run();
        } finally {
            changes.end();
        }
    }

    private void beginChange() {
        changes.begin();
        files.values().forEach(LazyFile::settle);
    }

    private OpenedFile opened(OpenFlags flags, OpenedFile file) {
        if (flags.isWritable()) {
            InodeKey key = file.attributes().key();
            changes.opened(key);
            writable.put(file.handle(), key);
        }
        return file;
    }

    @Override
    public OpenedFile create(GuestPath path, OpenFlags flags, int mode, Credentials owner)
            throws GuestFilesystemException {
        Call<OpenedFile> creation = () -> opened(flags, guest.create(path, flags, mode, owner));
        return flags.has(OpenFlags.EXCL) ? creation.run() : changing(creation);
    }

    @Override
    public FileAttributes setattr(FileReference file, AttributeChange change) throws GuestFilesystemException {
        return change.size() == null ? super.setattr(file, change) : changing(() -> super.setattr(file, change));
    }

    @Override
    public CompletableFuture<List<ChangeOutcome>> changeLater(List<TreeChange> changesOfTree) {
        if (changesOfTree.stream().noneMatch(TreeChange.Unlink.class::isInstance)) {
            return guest.changeLater(changesOfTree);
        }
        beginChange();
        return guest.changeLater(changesOfTree).whenComplete((outcomes, failure) -> changes.end());
    }

    @Override
    public void unlink(GuestPath path) throws GuestFilesystemException {
        changing(() -> {
            guest.unlink(path);
            return path;
        });
    }

    @Override
    public void rename(GuestPath from, GuestPath to, RenameMode mode) throws GuestFilesystemException {
        changing(() -> {
            guest.rename(from, to, mode);
            return to;
        });
    }

    @Override
    protected FileHandle passed(FileHandle file) throws GuestFilesystemException {
        LazyFile lazy = files.get(file);
        return lazy == null ? file : lazy.guestHandle();
    }

    // What is known.

    @Override
    public boolean knowsMissing(GuestPath path) {
        return known.knowsMissing(path);
    }

    @Override
    public @Nullable FileAttributes knownAttributes(GuestPath path) {
        return known.knownAttributes(path);
    }

    @Override
    public @Nullable List<String> knownNames(GuestPath directory) {
        return known.knownNames(directory);
    }

    @Override
    public boolean isOpen(InodeKey inode) {
        return known.isOpen(inode)
                || files.values().stream().anyMatch(file -> file.key().equals(inode));
    }

    @Override
    public void close() throws GuestFilesystemException {
        smallFiles.close();
        guest.close();
    }
}
