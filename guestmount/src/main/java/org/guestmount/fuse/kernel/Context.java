package org.guestmount.fuse.kernel;

import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.fuse.GuestOperations;

/** What all handlers of a session work with. */
// A lock is held by the try statement, not used in it.
@SuppressWarnings("try")
record Context(GuestOperations operations, NodeTable nodes, NodeLocks locks, AttributeView view) {
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

    void putEntry(Reply out, Node node, FileAttributes attributes) {
        view.putEntry(out, node.id, attributes, operations.inodeNumber(attributes.key()));
    }

    void putAttributes(Reply out, FileAttributes attributes) {
        view.putAttributeReply(out, attributes, operations.inodeNumber(attributes.key()));
    }
}
