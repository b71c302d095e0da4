package org.guestmount.appliance.daemon;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystemException;

/** What the host has open. Owns the files in it. */
final class HandleTable {
    private final ConcurrentHashMap<Long, OpenFile> files = new ConcurrentHashMap<>();
    private final AtomicLong lastId = new AtomicLong();
    private final int limit;

    /**
     * @param limit how many may be open at once
     */
    HandleTable(int limit) {
        this.limit = limit;
    }

    /**
     * Adds a file, which the table uses from then on.
     *
     * @throws GuestFilesystemException {@code ENFILE} if there are too many
     */
    FileHandle add(OpenFile file) throws GuestFilesystemException {
        if (files.size() >= limit || !file.use()) {
            throw GuestFilesystemException.of(Errno.ENFILE, "open", "a file");
        }
        long id = lastId.incrementAndGet();
        files.put(id, file);
        return new FileHandle(id);
    }

    /**
     * The file of a handle, for one use.
     *
     * @throws GuestFilesystemException {@code EBADF} if there is none
     */
    OpenFile use(FileHandle handle, String operation) throws GuestFilesystemException {
        OpenFile file = files.get(handle.id());
        if (file == null || !file.use()) {
            throw GuestFilesystemException.of(Errno.EBADF, operation, handle);
        }
        return file;
    }

    /**
     * Takes the file of a handle out of the table, whose use is then the caller's.
     *
     * @throws GuestFilesystemException {@code EBADF} if there is none
     */
    OpenFile remove(FileHandle handle) throws GuestFilesystemException {
        OpenFile file = files.remove(handle.id());
        if (file == null) {
            throw GuestFilesystemException.of(Errno.EBADF, "release", handle);
        }
        return file;
    }

    /** Closes every file, once the calls at work with it have ended. */
    void closeAll() {
        for (Long id : files.keySet()) {
            OpenFile file = files.remove(id);
            if (file != null) {
                file.close();
            }
        }
    }
}
