package org.guestmount.cache;

import com.google.errorprone.annotations.Immutable;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InodeKey;

/** Something that a change can make untrue. */
sealed interface Fact {
    /** Everything about an inode but its names and, of a directory, the names in it. */
    @Immutable
    record OfInode(InodeKey inode) implements Fact {}

    /**
     * What a name stands for.
     *
     * @param name may be {@link #ANY_NAME}
     */
    @Immutable
    record OfName(InodeKey directory, String name) implements Fact {
        /** Stands for every name of the directory. */
        static final String ANY_NAME = "";
    }

    /** Where the paths that lead through this one end. */
    @Immutable
    record OfWay(GuestPath path) implements Fact {}
}
