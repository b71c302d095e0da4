package org.guestmount.cache.writebehind;

import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.OpenedFile;
import org.jspecify.annotations.Nullable;

/** A file that a program wants to have opened, and made if it is not there; as {@link GuestFilesystem#create}. */
record Creation(GuestPath path, OpenFlags flags, int mode, Credentials owner) {
    /** Who opens a file with these wants to know that its data is on the disk, or decides where it goes only when writing. */
    private static final int NOT_DEFERRED = OpenFlags.SYNC | OpenFlags.DSYNC | OpenFlags.APPEND;

    /** Whether the program may be answered before the guest has done what it does to the file. */
    boolean mayDefer() {
        return (flags.bits() & NOT_DEFERRED) == 0 && flags.isWritable();
    }

    /** Makes the file; null if there is one, which may be opened instead by {@link #openOn}. */
    @Nullable
    OpenedFile makeOn(GuestFilesystem guest) throws GuestFilesystemException {
        try {
            return guest.create(path, new OpenFlags(flags.bits() | OpenFlags.EXCL), mode, owner);
        } catch (GuestFilesystemException e) {
            if (mayExist(e.errno())) {
                return null;
            }
            throw e;
        }
    }

    /** Opens the file, and makes it if it is not there. */
    OpenedFile openOn(GuestFilesystem guest) throws GuestFilesystemException {
        return guest.create(path, flags, mode, owner);
    }

    /** Whether it has failed because there is a file, which the program does not mind. */
    boolean mayExist(Errno failure) {
        return failure == Errno.EEXIST && !flags.has(OpenFlags.EXCL);
    }
}
