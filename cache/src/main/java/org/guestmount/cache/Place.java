package org.guestmount.cache;

import org.guestmount.cache.Dentry.Missing;
import org.guestmount.cache.Dentry.Present;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InodeKey;
import org.jspecify.annotations.Nullable;

/**
 * Where a path leads, as far as that is known.
 *
 * @param directory that the last name is in; null for the root, and where the way could not be followed, because it
 *     ends or leads through something that is no directory, which only the guest can resolve
 * @param dentry what the last name stands for; {@code ABSENT} too where the way is known to end before it
 */
record Place(GuestPath path, @Nullable InodeKey directory, Dentry dentry) {
    static Place unreached(GuestPath path) {
        return new Place(path, null, Missing.UNKNOWN);
    }

    boolean isReached() {
        return directory != null || (path.isRoot() && dentry != Missing.UNKNOWN);
    }

    /** The inode, if it is known. */
    @Nullable
    InodeKey inode() {
        return dentry instanceof Present present ? present.inode() : null;
    }

    boolean isDirectory() {
        return dentry instanceof Present present && present.isDirectory();
    }

    Place with(Dentry found) {
        return new Place(path, directory, found);
    }
}
