package org.guestmount.cache;

import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileDetails;
import org.guestmount.core.fs.FileExtent;
import org.guestmount.core.fs.FileType;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an inode apart from its names.
 *
 * @param attributes null if they have to be asked for
 * @param linkTarget of a symbolic link, which never changes; null if not known, or of another type
 * @param contents {@link FileDetails#contents}
 */
record Inode(
        @Nullable FileAttributes attributes,
        @Nullable String linkTarget,
        Xattrs xattrs,
        @Nullable FileExtent contents) {
    static final Inode UNKNOWN = new Inode(null, null, Xattrs.UNKNOWN, null);

    /** Heap of an inode with the cache's entry for it, without its xattrs, measured. */
    static final int OWN_BYTES = 360;

    private static final int CONTENTS_BYTES = 48;

    /** Whether nothing that {@link #details} tells has to be asked for. */
    boolean isComplete() {
        return attributes != null && (linkTarget != null || attributes.type() != FileType.SYMBOLIC_LINK);
    }

    /** Attributes, link target and all; null if a part has to be asked for. */
    @Nullable
    FileDetails details() {
        if (attributes == null || !isComplete()) {
            return null;
        }
        return new FileDetails(attributes, linkTarget, !xattrs.areNone(), contents);
    }

    Inode with(FileDetails details) {
        Xattrs known = details.mayHaveXattrs() ? xattrs : Xattrs.NONE;
        // Only a listing tells where they are.
        FileExtent place = details.contents() == null ? contents : details.contents();
        return new Inode(details.attributes(), details.linkTarget(), known, place);
    }

    Inode with(FileAttributes fresh) {
        return new Inode(fresh, linkTarget, xattrs, contents);
    }

    Inode with(Xattrs fresh) {
        return new Inode(attributes, linkTarget, fresh, contents);
    }

    /** What stays certain when something that the attributes tell changes, and the xattrs become these. */
    Inode changed(Xattrs certain) {
        return new Inode(null, linkTarget, certain, null);
    }

    int bytes() {
        return OWN_BYTES
                + xattrs.bytes()
                + (linkTarget == null ? 0 : 48 + linkTarget.length())
                + (contents == null ? 0 : CONTENTS_BYTES);
    }
}
