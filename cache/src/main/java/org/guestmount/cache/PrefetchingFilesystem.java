package org.guestmount.cache;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.guestmount.core.fs.DirectoryChunk;
import org.guestmount.core.fs.DriveData;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.ForwardingGuestFilesystem;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.OpenedFile;
import org.guestmount.core.fs.SeekTarget;
import org.jspecify.annotations.Nullable;

/**
 * For guests in which nothing changes: files are opened in the guest when they are first read, not before, and small files are
 * read ahead when a program reads those of a directory one after the other. It is to be used with read-only mounts only, for
 * a path has to stand for the same file as long as that is open, and contents have to stay as they were read.
 */
public final class PrefetchingFilesystem extends ForwardingGuestFilesystem {
    /** Its handles count up from here: far from the guest's, which are positive, and from those of listings in memory. */
    private static final long FIRST_HANDLE = Long.MIN_VALUE;

    private final AtomicLong nextHandle = new AtomicLong(FIRST_HANDLE);
    private final Map<FileHandle, LazyFile> files = new ConcurrentHashMap<>();
    private final GuestFilesystem cached;
    private final DriveData drives;
    private final SmallFiles smallFiles;

    /**
     * A view of a guest in which nothing changes.
     *
     * @param cached where attributes and listings are remembered; closed with this
     * @param drives from which larger files are read
     */
    public PrefetchingFilesystem(GuestFilesystem cached, DriveData drives) {
        super(cached);
        this.cached = cached;
        this.drives = drives;
        smallFiles = new SmallFiles(cached, drives);
    }

    /** An open file, which the guest may not know of. */
    private final class LazyFile {
        private final GuestPath path;
        private final FileAttributes attributes;

        @GuardedBy("this")
        private @Nullable FileHandle guestHandle;

        private volatile @Nullable DirectReader direct;

        @GuardedBy("this")
        private @Nullable HeldContent content;

        LazyFile(GuestPath path, FileAttributes attributes) {
            this.path = path;
            this.attributes = attributes;
        }

        int read(long offset, ByteBuffer destination) throws GuestFilesystemException {
            if (offset >= attributes.size()) {
                return 0;
            }
            DirectReader reader = attributes.size() <= SMALL_FILE_BYTES ? null : directReader();
            return reader == null ? readFromGuest(offset, destination) : reader.read(offset, destination);
        }

        /** Null if nothing can be read but through the guest. */
        private @Nullable DirectReader directReader() throws GuestFilesystemException {
            DirectReader reader = direct;
            if (reader == null && drives != DriveData.NONE) {
                reader = new DirectReader(cached, drives, guestHandle(), attributes.size());
                direct = reader;
            }
            return reader;
        }

        private int readFromGuest(long offset, ByteBuffer destination) throws GuestFilesystemException {
            int count = readHeld(offset, destination);
            return count < 0 ? PrefetchingFilesystem.super.read(guestHandle(), offset, destination) : count;
        }

        /** How much was read, -1 if the contents are not here. */
        private synchronized int readHeld(long offset, ByteBuffer destination) {
            if (content == null && guestHandle == null && attributes.size() <= SMALL_FILE_BYTES) {
                content = smallFiles.take(path);
            }
            HeldContent held = content;
            if (held == null) {
                return -1;
            }
            int count = held.read(offset, destination);
            if (held.endsBy(offset + count)) {
                content = null;
            }
            return count;
        }

        synchronized FileHandle guestHandle() throws GuestFilesystemException {
            FileHandle handle = guestHandle;
            if (handle == null) {
                handle = PrefetchingFilesystem.super
                        .open(path, OpenFlags.READ_ONLY)
                        .handle();
                guestHandle = handle;
            }
            return handle;
        }

        synchronized void release() throws GuestFilesystemException {
            content = null;
            FileHandle handle = guestHandle;
            if (handle != null) {
                guestHandle = null;
                PrefetchingFilesystem.super.release(handle);
            }
        }
    }

    @Override
    public OpenedFile open(GuestPath path, OpenFlags flags) throws GuestFilesystemException {
        if (!flags.equals(OpenFlags.READ_ONLY)) {
            return super.open(path, flags);
        }
        FileAttributes attributes = super.lookup(path).attributes();
        if (attributes.type() != FileType.REGULAR) {
            return super.open(path, flags);
        }
        FileHandle handle = new FileHandle(nextHandle.getAndIncrement());
        files.put(handle, new LazyFile(path, attributes));
        return new OpenedFile(handle, attributes);
    }

    @Override
    public int read(FileHandle file, long offset, ByteBuffer destination) throws GuestFilesystemException {
        LazyFile lazy = files.get(file);
        return lazy == null ? super.read(file, offset, destination) : lazy.read(offset, destination);
    }

    @Override
    public DirectoryChunk readDirectory(FileReference directory, int maxBytes) throws GuestFilesystemException {
        DirectoryChunk chunk = super.readDirectory(directory, maxBytes);
        if (directory instanceof GuestPath path) {
            smallFiles.listed(path);
        }
        return chunk;
    }

    @Override
    public FileAttributes getattr(FileReference file) throws GuestFilesystemException {
        LazyFile lazy = file instanceof FileHandle handle ? files.get(handle) : null;
        return lazy == null ? super.getattr(file) : lazy.attributes;
    }

    @Override
    public void flush(FileHandle file) throws GuestFilesystemException {
        if (!files.containsKey(file)) {
            super.flush(file);
        }
    }

    @Override
    public void fsync(FileReference file, boolean dataOnly) throws GuestFilesystemException {
        super.fsync(file instanceof FileHandle handle ? inGuest(handle) : file, dataOnly);
    }

    @Override
    public long seek(FileHandle file, long offset, SeekTarget target) throws GuestFilesystemException {
        return super.seek(inGuest(file), offset, target);
    }

    @Override
    public void release(FileHandle file) throws GuestFilesystemException {
        LazyFile lazy = files.remove(file);
        if (lazy == null) {
            super.release(file);
        } else {
            lazy.release();
        }
    }

    private FileHandle inGuest(FileHandle file) throws GuestFilesystemException {
        LazyFile lazy = files.get(file);
        return lazy == null ? file : lazy.guestHandle();
    }

    @Override
    public void close() throws GuestFilesystemException {
        smallFiles.close();
        super.close();
    }
}
