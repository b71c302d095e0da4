package org.guestmount.fuse;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.OpenedFile;
import org.jspecify.annotations.Nullable;

/**
 * Clears setuid and setgid where a change of data is to: the guest's kernel does not, for the daemon that writes there is root.
 *
 * <p>Nearly no file has the bits, and asking before each write would take a round trip. A file that had none when it was opened
 * has none until somebody grants them, to whichever file. So grants are counted, and a file is asked about only if there was one since.
 */
final class Privileges {
    /** setuid and setgid. */
    private static final int ANY = 06000;

    private final GuestFilesystem filesystem;
    private final AtomicLong grants = new AtomicLong();

    /** Of open files that had neither bit, the count of grants before that was seen. */
    private final Map<FileHandle, Long> without = new ConcurrentHashMap<>();

    Privileges(GuestFilesystem filesystem) {
        this.filesystem = filesystem;
    }

    /** To be asked before a file is opened, and told to {@link #opened}. */
    long grants() {
        return grants.get();
    }

    void opened(OpenedFile file, long grantsBefore) {
        seen(file.handle(), file.attributes(), grantsBefore);
    }

    private void seen(FileHandle file, FileAttributes attributes, long grantsBefore) {
        if ((attributes.mode() & ANY) == 0) {
            without.put(file, grantsBefore);
        }
    }

    void released(FileHandle file) {
        without.remove(file);
    }

    /** A grant is counted before it begins and after it has ended, so that whoever asks meanwhile asks again. */
    FileAttributes setattr(FileReference file, AttributeChange change) throws GuestFilesystemException {
        Integer mode = change.mode();
        if (mode == null || (mode & ANY) == 0) {
            return filesystem.setattr(file, change);
        }
        grants.incrementAndGet();
        try {
            return filesystem.setattr(file, change);
        } finally {
            grants.incrementAndGet();
        }
    }

    /** Clears the bits of an open file, if it may have any. */
    void drop(FileHandle file) throws GuestFilesystemException {
        long before = grants.get();
        @Nullable Long seen = without.get(file);
        if (seen == null || seen != before) {
            seen(file, drop(file, filesystem.getattr(file)), before);
        }
    }

    /**
     * Clears the bits a file has according to its attributes.
     *
     * @return its attributes after that
     */
    FileAttributes drop(FileReference file, FileAttributes attributes) throws GuestFilesystemException {
        int mode = attributes.unprivilegedMode();
        return mode == attributes.mode() ? attributes : filesystem.setattr(file, AttributeChange.ofMode(mode & 07777));
    }
}
