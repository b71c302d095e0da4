package org.guestmount.fuse.kernel;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InodeKey;
import org.jspecify.annotations.Nullable;

/**
 * The inodes the kernel knows, by the numbers it calls them, and the names that lead to them.
 *
 * <p>A file with several names is one node, so that the kernel has one inode for it, one cache of its data and one set
 * of attributes: what is done under one name shows at once under the others. A directory is a node for each path it
 * has (where the guest has bind mounts), for the kernel lets a directory have only one.
 *
 * <p>Node numbers are never used twice, so a guest's inode number may be: the last name of a node being removed, its
 * inode is forgotten here and a later file of the same number is another node.
 */
final class NodeTable {
    /** {@code FUSE_ROOT_ID}. */
    static final long ROOT_ID = 1;

    @GuardedBy("this")
    private final Map<Long, Node> byId = new HashMap<>();

    @GuardedBy("this")
    private final Map<InodeKey, Node> filesByKey = new HashMap<>();

    @GuardedBy("this")
    private long nextId = ROOT_ID + 1;

    private final Node root;

    NodeTable(InodeKey rootKey) {
        root = new Node(ROOT_ID, rootKey, FileType.DIRECTORY);
        byId.put(ROOT_ID, root);
    }

    /** The node of this number; {@code ESTALE} if the kernel has been told of none, which does not happen. */
    synchronized Node get(long id) throws GuestFilesystemException {
        Node node = byId.get(id);
        if (node == null) {
            throw GuestFilesystemException.of(Errno.ESTALE, "node", id);
        }
        return node;
    }

    /** The node of this name, as far as known. */
    synchronized @Nullable Node child(Node parent, String name) {
        return parent.child(name);
    }

    /** The path by which the guest knows a node; {@code ENOENT} if it has no name left. */
    synchronized GuestPath path(Node node) throws GuestFilesystemException {
        Deque<String> names = new ArrayDeque<>();
        for (Node at = node; at != root; ) {
            if (at.links.isEmpty()) {
                throw GuestFilesystemException.of(Errno.ENOENT, "node", node.id);
            }
            Node.Link link = at.links.get(0);
            names.push(link.name());
            at = link.parent();
        }
        if (names.isEmpty()) {
            return GuestPath.ROOT;
        }
        return GuestPath.of("/" + String.join("/", names));
    }

    /** The directory a directory is in; the root is its own. */
    synchronized Node parent(Node directory) {
        return directory.links.isEmpty() ? directory : directory.links.get(0).parent();
    }

    /** By what the guest knows a node: its path, or the handle kept when its last name was removed. */
    synchronized FileReference reference(Node node) throws GuestFilesystemException {
        return node.links.isEmpty() && node.orphan != null ? node.orphan : path(node);
    }

    /**
     * The node that the kernel is about to be told of as {@code name} in {@code parent}, counted as told.
     */
    synchronized Node enter(Node parent, String name, FileAttributes attributes) {
        InodeKey key = attributes.hasInode() ? attributes.key() : null;
        FileType type = attributes.type();
        Node present = parent.child(name);
        if (present != null && present.type == type && key != null) {
            identify(present, key);
            if (key.equals(present.key)) {
                present.lookups++;
                return present;
            }
        }
        if (present != null) {
            removeLink(present, parent, name);
        }
        boolean shared = key != null && type != FileType.DIRECTORY;
        Node node = shared ? filesByKey.get(key) : null;
        if (node == null || node.type != type) {
            node = new Node(nextId++, key, type);
            byId.put(node.id, node);
            if (shared) {
                filesByKey.put(key, node);
            }
        }
        addLink(node, parent, name);
        node.lookups++;
        return node;
    }

    /** The guest has told of the file of a node: it is this inode. */
    synchronized void identify(Node node, InodeKey key) {
        if (node.key == null) {
            node.key = key;
            filesByKey.put(key, node);
        }
    }

    /** Whether removing this one of its names would leave an open file without any that is known. */
    synchronized boolean needsOrphan(Node node) {
        return node.opens > 0 && node.links.size() == 1 && node.orphan == null;
    }

    /**
     * A name was removed in the guest.
     *
     * @param last whether the inode had no other there
     * @param orphan what reaches it from now on, if anything must
     */
    synchronized void removed(Node parent, String name, boolean last, @Nullable FileHandle orphan) {
        Node node = parent.child(name);
        if (node == null) {
            return;
        }
        removeLink(node, parent, name);
        if (orphan != null) {
            node.orphan = orphan;
        }
        if (last) {
            forgetKey(node);
        }
    }

    /** A name was given to what had another. What had the new name is to be {@link #removed} before. */
    synchronized void moved(Node oldParent, String oldName, Node newParent, String newName) {
        Node node = oldParent.child(oldName);
        if (node != null) {
            removeLink(node, oldParent, oldName);
            addLink(node, newParent, newName);
        }
    }

    /** Two names were exchanged. */
    synchronized void exchanged(Node oneParent, String oneName, Node otherParent, String otherName) {
        Node one = oneParent.child(oneName);
        Node other = otherParent.child(otherName);
        if (one != null) {
            removeLink(one, oneParent, oneName);
        }
        if (other != null) {
            removeLink(other, otherParent, otherName);
            addLink(other, oneParent, oneName);
        }
        if (one != null) {
            addLink(one, otherParent, otherName);
        }
    }

    synchronized void opened(Node node) {
        node.opens++;
    }

    synchronized void closed(long id) {
        Node node = byId.get(id);
        if (node != null) {
            node.opens--;
        }
    }

    /**
     * The kernel forgets a node as often as it says.
     *
     * @return handles that reached nodes now gone, to be released
     */
    synchronized List<FileHandle> forget(long id, long times) {
        List<FileHandle> unused = new ArrayList<>(0);
        Node node = byId.get(id);
        if (node != null && node != root) {
            node.lookups -= times;
            dropIfUnused(node, unused);
        }
        return unused;
    }

    /** A node stays as long as the kernel or a child needs it; forgets may arrive in any order. */
    @GuardedBy("this")
    private void dropIfUnused(Node node, List<FileHandle> unused) {
        if (node == root || node.lookups > 0 || node.children != null) {
            return;
        }
        byId.remove(node.id);
        forgetKey(node);
        if (node.orphan != null) {
            unused.add(node.orphan);
            node.orphan = null;
        }
        for (Node.Link link : List.copyOf(node.links)) {
            removeLink(node, link.parent(), link.name());
            dropIfUnused(link.parent(), unused);
        }
    }

    @GuardedBy("this")
    private void forgetKey(Node node) {
        if (node.key != null) {
            filesByKey.remove(node.key, node);
        }
    }

    private static void addLink(Node node, Node parent, String name) {
        node.links.add(new Node.Link(parent, name));
        parent.addChild(name, node);
    }

    private static void removeLink(Node node, Node parent, String name) {
        node.links.remove(new Node.Link(parent, name));
        parent.removeChild(name);
    }

    /** How many nodes the kernel knows, the root included. */
    synchronized int size() {
        return byId.size();
    }
}
