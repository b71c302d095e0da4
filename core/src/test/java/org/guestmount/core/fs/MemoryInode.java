package org.guestmount.core.fs;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** An inode of {@link InMemoryGuestFilesystem}; guarded by that object's lock. */
final class MemoryInode {
    final long number;
    final long rdev;
    final PagedContent content = new PagedContent();
    final Map<String, MemoryInode> children = new LinkedHashMap<>();
    final Map<String, byte[]> xattrs = new TreeMap<>();

    int mode;
    int uid;
    int gid;
    int links;
    String linkTarget = "";
    Timestamp accessed;
    Timestamp modified;
    Timestamp changed;

    MemoryInode(long number, int mode, Credentials owner, long rdev, Timestamp now) {
        this.number = number;
        this.mode = mode;
        this.uid = owner.uid();
        this.gid = owner.gid();
        this.rdev = rdev;
        this.links = isDirectory() ? 2 : 1;
        this.accessed = now;
        this.modified = now;
        this.changed = now;
    }

    FileType type() {
        return FileType.ofMode(mode);
    }

    boolean isDirectory() {
        return type() == FileType.DIRECTORY;
    }

    FileAttributes attributes(long device) {
        long size = switch (type()) {
            case REGULAR -> content.size();
            case DIRECTORY -> PagedContent.PAGE_BYTES;
            case SYMBOLIC_LINK -> linkTarget.length();
            case FIFO, SOCKET, CHARACTER_DEVICE, BLOCK_DEVICE -> 0;
        };
        long blocks = (isDirectory() ? PagedContent.PAGE_BYTES : content.allocated()) / 512;
        return new FileAttributes(
                device,
                number,
                mode,
                links,
                uid,
                gid,
                rdev,
                size,
                blocks,
                PagedContent.PAGE_BYTES,
                accessed,
                modified,
                changed,
                false,
                true);
    }

    FileDetails details(long device) {
        String target = type() == FileType.SYMBOLIC_LINK ? linkTarget : null;
        return new FileDetails(attributes(device), target, !xattrs.isEmpty());
    }

    /** About what the entry of that name takes in an encoded listing, in bytes. */
    int encodedBytes(String name) {
        return 120 + name.length() + linkTarget.length();
    }

    void touchModified(Timestamp now) {
        modified = now;
        changed = now;
    }
}
