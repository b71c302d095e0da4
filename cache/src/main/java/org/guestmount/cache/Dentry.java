package org.guestmount.cache;

import com.google.errorprone.annotations.Immutable;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.InodeKey;

/** What a name in a directory stands for. */
sealed interface Dentry {
    /** A name that stands for no inode. */
    enum Missing implements Dentry {
        /** There is no such name. */
        ABSENT,
        /** The guest has to be asked. */
        UNKNOWN
    }

    /** A name of this inode, whose type never changes. */
    @Immutable
    record Present(InodeKey inode, FileType type) implements Dentry {
        static Present of(FileAttributes attributes) {
            return new Present(attributes.key(), attributes.type());
        }

        boolean isDirectory() {
            return type == FileType.DIRECTORY;
        }
    }
}
