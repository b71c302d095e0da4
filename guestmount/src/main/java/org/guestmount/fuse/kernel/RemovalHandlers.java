package org.guestmount.fuse.kernel;

import java.util.Map;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.RenameMode;
import org.guestmount.fuse.GuestOperations;
import org.jspecify.annotations.Nullable;

/** Taking names away and moving them. */
// A lock is held by the try statement, not used in it.
@SuppressWarnings("try")
final class RemovalHandlers {
    private final Context context;
    private final GuestOperations operations;
    private final NodeTable nodes;
    private final NodeLocks locks;

    RemovalHandlers(Context context) {
        this.context = context;
        this.operations = context.operations();
        this.nodes = context.nodes();
        this.locks = context.locks();
    }

    void register(Map<Opcode, Handler> handlers) {
        handlers.put(Opcode.UNLINK, (in, out) -> remove(in.node(), in.name(), operations::unlink));
        handlers.put(Opcode.RMDIR, (in, out) -> remove(in.node(), in.name(), operations::rmdir));
        handlers.put(Opcode.RENAME, (in, out) -> {
            long newParent = in.u64();
            rename(in.node(), in.name(), newParent, in.name(), RenameMode.REPLACE);
        });
        handlers.put(Opcode.RENAME2, (in, out) -> {
            long newParent = in.u64();
            RenameMode mode = mode(in.u32());
            in.skip(4);
            rename(in.node(), in.name(), newParent, in.name(), mode);
        });
    }

    private static RenameMode mode(int flags) throws GuestFilesystemException {
        for (RenameMode mode : RenameMode.values()) {
            if (mode.flags() == flags) {
                return mode;
            }
        }
        throw GuestFilesystemException.of(Errno.EINVAL, "rename with flags", flags);
    }

    @FunctionalInterface
    private interface Remover {
        void remove(GuestPath path) throws GuestFilesystemException;
    }

    private void remove(long parentId, String name, Remover remover) throws GuestFilesystemException {
        Node parent = nodes.get(parentId);
        Node node = nodes.child(parent, name);
        try (NodeLocks.Held held = node == null ? locks.use(parent) : locks.takeName(node)) {
            GuestPath path = NameHandlers.resolve(nodes.path(parent), name);
            Departure departure = prepare(node, path);
            try {
                remover.remove(path);
            } catch (GuestFilesystemException e) {
                departure.cancel(operations);
                throw e;
            }
            nodes.removed(parent, name, departure.last, departure.orphan);
            context.changedNames(parent);
        }
    }

    private void rename(long oldParentId, String oldName, long newParentId, String newName, RenameMode mode)
            throws GuestFilesystemException {
        Node oldParent = nodes.get(oldParentId);
        Node newParent = nodes.get(newParentId);
        Node node = nodes.child(oldParent, oldName);
        Node target = nodes.child(newParent, newName);
        try (NodeLocks.Held held = lock(node, target, mode)) {
            GuestPath from = NameHandlers.resolve(nodes.path(oldParent), oldName);
            GuestPath to = NameHandlers.resolve(nodes.path(newParent), newName);
            Departure departure = mode == RenameMode.REPLACE ? prepare(target, to) : Departure.NONE;
            try {
                operations.rename(from, to, mode);
            } catch (GuestFilesystemException e) {
                departure.cancel(operations);
                throw e;
            }
            if (mode == RenameMode.EXCHANGE) {
                nodes.exchanged(oldParent, oldName, newParent, newName);
            } else if (node == null || node != target) {
                // Of two names for one file, rename(2) leaves both.
                nodes.removed(newParent, newName, departure.last, departure.orphan);
                nodes.moved(oldParent, oldName, newParent, newName);
            }
            context.changedNames(oldParent);
            context.changedNames(newParent);
        }
    }

    private NodeLocks.Held lock(@Nullable Node node, @Nullable Node target, RenameMode mode) {
        if (mode == RenameMode.EXCHANGE || node == null || node.type == FileType.DIRECTORY) {
            return locks.changeTree();
        }
        return target == null ? locks.takeName(node) : locks.takeNames(node, target);
    }

    /**
     * What must be known of an inode before it loses a name.
     *
     * @param last whether the name is its only one
     * @param orphan reaches it afterwards, if programs have it open
     */
    private record Departure(boolean last, @Nullable FileHandle orphan) {
        static final Departure NONE = new Departure(false, null);

        void cancel(GuestOperations operations) {
            if (orphan != null) {
                operations.releaseQuietly(orphan);
            }
        }
    }

    /** The kernel holds the inode's lock meanwhile, so it gets and loses no other name. */
    private Departure prepare(@Nullable Node node, GuestPath path) throws GuestFilesystemException {
        if (node == null) {
            return Departure.NONE;
        }
        boolean last =
                node.type == FileType.DIRECTORY || operations.getattr(path).links() <= 1;
        if (node.type != FileType.REGULAR || !nodes.needsOrphan(node)) {
            return new Departure(last, null);
        }
        return new Departure(last, operations.open(path, OpenFlags.RDWR).handle());
    }
}
