package org.guestmount.fuse.kernel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.InodeKey;
import org.jspecify.annotations.Nullable;

/**
 * An inode the kernel knows. All fields that change are guarded by the {@link NodeTable}.
 *
 * <p>INVARIANT: {@code parent.children.get(name) == this} for each of its links, and each child has such a link.
 */
final class Node {
    /** A name it has. */
    record Link(Node parent, String name) {}

    final long id;

    /** Null as long as the guest has not made the file. */
    @Nullable
    InodeKey key;

    final FileType type;

    /** The names known; more may exist in the guest. Empty for the root, and once the last has been removed. */
    final List<Link> links = new ArrayList<>(1);

    /** The nodes in it, by name, if it is a directory with any. */
    @Nullable
    Map<String, Node> children;

    /** How often the kernel was told of it and has not yet forgotten. */
    long lookups;

    /** Files open on it. */
    int opens;

    /** Whether the kernel may have been told of its attributes, or be about to be, since they were last invalidated; of directories. */
    volatile boolean told;

    /** Reaches it when it has no name any more but is open. */
    @Nullable
    FileHandle orphan;

    Node(long id, @Nullable InodeKey key, FileType type) {
        this.id = id;
        this.key = key;
        this.type = type;
    }

    @Nullable
    Node child(String name) {
        return children == null ? null : children.get(name);
    }

    void addChild(String name, Node child) {
        if (children == null) {
            children = new HashMap<>();
        }
        children.put(name, child);
    }

    void removeChild(String name) {
        if (children != null) {
            children.remove(name);
            if (children.isEmpty()) {
                children = null;
            }
        }
    }
}
