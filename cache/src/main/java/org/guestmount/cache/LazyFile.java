package org.guestmount.cache;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import org.guestmount.core.fs.DriveData;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileExtent;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InodeKey;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.SeekTarget;
import org.jspecify.annotations.Nullable;

/**
 * A file that is open for reading, which the guest may not know of. Until it is {@link #settle settled}, its path stands for it and its contents do not
 * change.
 */
final class LazyFile {
    private final GuestFilesystem guest;
    private final SmallFiles smallFiles;
    private final DriveData drives;
    private final GuestPath path;
    private final FileAttributes attributes;
    private final @Nullable FileExtent contents;

    @GuardedBy("this")
    private @Nullable FileHandle guestHandle;

    /** Why it could not be opened when it had to be; what its path stands for now, nobody knows. */
    @GuardedBy("this")
    private @Nullable GuestFilesystemException failure;

    @GuardedBy("this")
    private @Nullable HeldContent content;

    private volatile @Nullable DirectReader direct;
    private volatile boolean settled;

    /**
     * @param attributes when it was opened
     * @param contents {@link org.guestmount.core.fs.FileDetails#contents}; null if that may change
     */
    LazyFile(
            GuestFilesystem guest,
            SmallFiles smallFiles,
            DriveData drives,
            GuestPath path,
            FileAttributes attributes,
            @Nullable FileExtent contents) {
        this.guest = guest;
        this.smallFiles = smallFiles;
        this.drives = drives;
        this.path = path;
        this.attributes = attributes;
        this.contents = contents;
    }

    InodeKey key() {
        return attributes.key();
    }

    /** Opens it in the guest, for it may change from now on, or lose its name. */
    synchronized void settle() {
        if (!settled) {
            try {
                guestHandle();
            } catch (GuestFilesystemException e) {
                failure = e;
            }
            content = null;
            direct = null;
            settled = true;
        }
    }

    int read(long offset, ByteBuffer destination) throws GuestFilesystemException {
        if (!settled && offset >= attributes.size()) {
            return 0;
        }
        boolean small = attributes.size() <= GuestFilesystem.SMALL_FILE_BYTES;
        int count = small ? readHeld(offset, destination) : -1;
        if (count < 0 && (!small || contents != null)) {
            count = readDirectly(offset, destination);
        }
        return count < 0 ? guest.read(guestHandle(), offset, destination) : count;
    }

    /** How much was read, -1 with nothing read if that has to be through the guest. */
    private int readDirectly(long offset, ByteBuffer destination) throws GuestFilesystemException {
        DirectReader reader = settled ? null : directReader();
        if (reader == null) {
            return -1;
        }
        int start = destination.position();
        int count = reader.read(offset, destination);
        if (!settled) {
            return count;
        }
        // It may have changed meanwhile, and what was read be another file's by now.
        destination.position(start);
        return -1;
    }

    /** Null if nothing can be read but through the guest. */
    private @Nullable DirectReader directReader() {
        DirectReader reader = direct;
        if (reader == null && drives != DriveData.NONE) {
            reader = new DirectReader(guest, drives, this::guestHandle, attributes.size(), contents);
            direct = reader;
        }
        return reader;
    }

    /** How much was read, -1 if the contents are not here. */
    private synchronized int readHeld(long offset, ByteBuffer destination) {
        if (content == null && guestHandle == null && direct == null && !settled) {
            content = smallFiles.take(path, attributes);
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

    long seek(long offset, SeekTarget target) throws GuestFilesystemException {
        if (contents == null) {
            return guest.seek(guestHandle(), offset, target);
        }
        if (offset < 0 || offset >= attributes.size()) {
            throw GuestFilesystemException.of(Errno.ENXIO, "seek", path);
        }
        return target == SeekTarget.DATA ? offset : attributes.size();
    }

    FileAttributes getattr() throws GuestFilesystemException {
        FileHandle handle;
        synchronized (this) {
            if (!settled) {
                // The path cannot come to stand for another file meanwhile: that would wait for the lock.
                return guest.getattr(path);
            }
            handle = guestHandle();
        }
        return guest.getattr(handle);
    }

    /** What the guest knows it by, which has to open it if it does not. */
    synchronized FileHandle guestHandle() throws GuestFilesystemException {
        if (failure != null) {
            throw failure;
        }
        FileHandle handle = guestHandle;
        if (handle == null) {
            handle = guest.open(path, OpenFlags.READ_ONLY).handle();
            guestHandle = handle;
        }
        return handle;
    }

    synchronized void release() throws GuestFilesystemException {
        content = null;
        settled = true;
        FileHandle handle = guestHandle;
        if (handle != null) {
            guestHandle = null;
            guest.release(handle);
        }
    }
}
