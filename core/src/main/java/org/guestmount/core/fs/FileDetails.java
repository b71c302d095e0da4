package org.guestmount.core.fs;

import com.google.errorprone.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/**
 * Everything worth knowing of an inode without being asked twice.
 *
 * @param attributes what lstat(2) says
 * @param linkTarget the target's bytes (see {@link GuestPath} on strings) if it is a symbolic link; null if it is not
 * @param mayHaveXattrs false only if listxattr(2) was asked and answered with an empty list
 */
@Immutable
public record FileDetails(
        FileAttributes attributes, @Nullable String linkTarget, boolean mayHaveXattrs) {
    public FileDetails {
        if ((linkTarget != null) != (attributes.type() == FileType.SYMBOLIC_LINK)) {
            throw new IllegalArgumentException("a link target belongs to symbolic links, not to " + attributes.type());
        }
    }
}
