package org.guestmount.fuse.kernel;

import java.time.Duration;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.Timestamp;
import org.jspecify.annotations.Nullable;

/**
 * How inodes are shown to the host.
 *
 * @param entryTimeout how long the kernel may trust a name
 * @param negativeTimeout how long it may trust that there is none
 * @param attributeTimeout how long it may trust attributes
 * @param uid shown as everything's owner; null for the guest's own
 * @param gid shown as everything's group; null for the guest's own
 * @param umask permissions are shown as 0777 without these bits; null for the guest's own
 */
public record AttributeView(
        Duration entryTimeout,
        Duration negativeTimeout,
        Duration attributeTimeout,
        @Nullable Integer uid,
        @Nullable Integer gid,
        @Nullable Integer umask) {
    private static final int PERMISSIONS = 07777;
    private static final int ALL = 0777;

    /** {@code struct fuse_entry_out}: a node, under a name. */
    void putEntry(Reply out, long node, FileAttributes attributes, long inodeNumber) {
        out.u64(node).u64(0);
        Duration valid = validity(attributes);
        out.u64(entryTimeout.toSeconds()).u64(valid.toSeconds());
        out.u32(entryTimeout.toNanosPart()).u32(valid.toNanosPart());
        putAttributes(out, attributes, inodeNumber);
    }

    /** {@code struct fuse_entry_out} saying that there is nothing of that name. */
    void putNoEntry(Reply out) {
        out.u64(0).u64(0);
        out.u64(negativeTimeout.toSeconds()).u64(0);
        out.u32(negativeTimeout.toNanosPart()).u32(0);
        out.zeros(ATTRIBUTE_BYTES);
    }

    static final int ATTRIBUTE_BYTES = 88;
    static final int ENTRY_BYTES = 40 + ATTRIBUTE_BYTES;

    /** {@code struct fuse_attr_out}. */
    void putAttributeReply(Reply out, FileAttributes attributes, long inodeNumber) {
        Duration valid = validity(attributes);
        out.u64(valid.toSeconds()).u32(valid.toNanosPart()).u32(0);
        putAttributes(out, attributes, inodeNumber);
    }

    /** The kernel has to ask again for what was only guessed, before it shows it to anybody. */
    private Duration validity(FileAttributes attributes) {
        return attributes.provisional() ? Duration.ZERO : attributeTimeout;
    }

    /** {@code struct fuse_attr}. Within 32 bits a device number needs no conversion: the encodings are one. */
    private void putAttributes(Reply out, FileAttributes attributes, long inodeNumber) {
        out.u64(inodeNumber).u64(attributes.size()).u64(attributes.blocks());
        Timestamp accessed = attributes.accessed();
        Timestamp modified = attributes.modified();
        Timestamp changed = attributes.changed();
        out.u64(accessed.seconds()).u64(modified.seconds()).u64(changed.seconds());
        out.u32(accessed.nanos()).u32(modified.nanos()).u32(changed.nanos());
        out.u32(mode(attributes)).u32(attributes.links());
        out.u32(uid == null ? attributes.uid() : uid).u32(gid == null ? attributes.gid() : gid);
        out.u32((int) attributes.rdev()).u32(attributes.blockSize()).u32(0);
    }

    private int mode(FileAttributes attributes) {
        int mode = attributes.mode();
        return umask == null ? mode & (FileType.MODE_MASK | PERMISSIONS) : (mode & FileType.MODE_MASK) | (ALL & ~umask);
    }
}
