package org.guestmount.fuse.kernel;

import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.fuse.GuestOperations;
import org.jspecify.annotations.Nullable;

/** What all handlers of a session work with. */
// A lock is held by the try statement, not used in it.
@SuppressWarnings("try")
record Context(GuestOperations operations, NodeTable nodes, NodeLocks locks, AttributeView view, Notices notices) {
    /** Something done with what a node is known by in the guest. */
    @FunctionalInterface
    interface Use<R, T> {
        R with(T target) throws GuestFilesystemException;
    }

    /** Uses a node, by path or handle, while no name is taken from it. */
    <R> R using(long id, Use<R, FileReference> use) throws GuestFilesystemException {
        Node node = nodes.get(id);
        try (NodeLocks.Held held = locks.use(node)) {
            return use.with(nodes.reference(node));
        }
    }

    /** Uses the path of a node while no name is taken from it. */
    <R> R usingPath(long id, Use<R, GuestPath> use) throws GuestFilesystemException {
        Node node = nodes.get(id);
        try (NodeLocks.Held held = locks.use(node)) {
            return use.with(nodes.path(node));
        }
    }

    /** To be called before the guest is asked for attributes of a directory that the kernel knows and is to be told of. */
    void telling(@Nullable Node directory) {
        if (directory != null) {
            directory.told = true;
        }
    }

    /**
     * To be called after a name in a directory has been changed. The kernel lets go of the directory's attributes then, but takes older ones for
     * new if they come later, in an answer to somebody who had asked before.
     */
    void changedNames(Node directory) {
        if (directory.told) {
            directory.told = false;
            notices.invalidateAttributes(directory.id);
        }
    }

    /** Tells of what was made under a name, which from now on is known by it. */
    Node putMade(Reply out, Node parent, String name, FileAttributes attributes) {
        changedNames(parent);
        Node node = nodes.enter(parent, name, attributes);
        putEntry(out, node, attributes);
        return node;
    }

    void putEntry(Reply out, Node node, FileAttributes attributes) {
        view.putEntry(out, node.id, attributes, operations.inodeNumber(attributes.key()));
    }

    void putAttributes(Reply out, FileAttributes attributes) {
        view.putAttributeReply(out, attributes, operations.inodeNumber(attributes.key()));
    }
}
