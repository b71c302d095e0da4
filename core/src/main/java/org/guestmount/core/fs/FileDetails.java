package org.guestmount.core.fs;

import com.google.errorprone.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/**
 * Everything worth knowing of an inode without being asked twice.
 *
 * @param attributes what lstat(2) says
 * @param linkTarget the target's bytes (see {@link GuestPath} on strings) if it is a symbolic link; null if it is not
 * @param mayHaveXattrs false only if listxattr(2) would surely answer with an empty list
 * @param contents where on a drive all that a regular file holds is, from its first byte on and perhaps beyond its last; null if that is not one
 *     place, or could change because the filesystem is not mounted read-only, or is not known
 */
@Immutable
public record FileDetails(
        FileAttributes attributes,
        @Nullable String linkTarget,
        boolean mayHaveXattrs,
        @Nullable FileExtent contents) {
    private static final int BLOCK_BYTES = 4096;
    private static final Timestamp NEVER = new Timestamp(0, 0);

    public FileDetails {
        if ((linkTarget != null) != (attributes.type() == FileType.SYMBOLIC_LINK)) {
            throw new IllegalArgumentException("a link target belongs to symbolic links, not to " + attributes.type());
        }
        if (contents != null && (contents.place() != FileExtent.Place.DRIVE || contents.offset() != 0)) {
            throw new IllegalArgumentException("contents at " + contents);
        }
    }

    /** With contents that are not known to be in one place. */
    public FileDetails(FileAttributes attributes, @Nullable String linkTarget, boolean mayHaveXattrs) {
        this(attributes, linkTarget, mayHaveXattrs, null);
    }

    /** Of an inode that is listed but cannot be read: what it would say is for who asks for it, and an error. */
    public static FileDetails unreadable(InodeKey key, FileType type) {
        FileAttributes attributes = new FileAttributes(
                key.device(),
                key.inode(),
                type.modeBits(),
                1,
                0,
                0,
                0,
                0,
                0,
                BLOCK_BYTES,
                NEVER,
                NEVER,
                NEVER,
                true,
                false);
        return new FileDetails(attributes, type == FileType.SYMBOLIC_LINK ? "" : null, true);
    }
}
