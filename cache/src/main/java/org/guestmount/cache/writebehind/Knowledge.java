package org.guestmount.cache.writebehind;

import java.util.List;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InodeKey;
import org.jspecify.annotations.Nullable;

/** What is known of the tree without asking the guest, where names are compared exactly. */
public interface Knowledge {
    /** Whether there is surely nothing there. */
    boolean knowsMissing(GuestPath path);

    /** The attributes of what is there; null if they, or it, are not known. */
    @Nullable
    FileAttributes knownAttributes(GuestPath path);

    /** The names in a directory; null if they, or it, are not all known. */
    @Nullable
    List<String> knownNames(GuestPath directory);

    /** Whether anybody has it open. */
    boolean isOpen(InodeKey inode);
}
