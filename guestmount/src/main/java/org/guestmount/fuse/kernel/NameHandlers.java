package org.guestmount.fuse.kernel;

import java.util.Map;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.fuse.GuestOperations;
import org.jspecify.annotations.Nullable;

/** Looking names up and making new ones. */
// A lock is held by the try statement, not used in it.
@SuppressWarnings("try")
final class NameHandlers {
    private final Context context;
    private final GuestOperations operations;
    private final NodeTable nodes;

    NameHandlers(Context context) {
        this.context = context;
        this.operations = context.operations();
        this.nodes = context.nodes();
    }

    void register(Map<Opcode, Handler> handlers) {
        handlers.put(Opcode.LOOKUP, this::lookup);
        handlers.put(Opcode.FORGET, (in, out) -> forget(in.node(), in.u64()));
        handlers.put(Opcode.BATCH_FORGET, this::batchForget);
        handlers.put(Opcode.READLINK, (in, out) -> out.bytes(context.usingPath(in.node(), operations::readlink)));
        handlers.put(Opcode.MKNOD, (in, out) -> {
            int mode = in.u32();
            int rdev = in.u32();
            in.skip(8);
            Credentials caller = in.caller();
            make(in.node(), in.name(), out, path -> operations.mknod(path, mode, Integer.toUnsignedLong(rdev), caller));
        });
        handlers.put(Opcode.MKDIR, (in, out) -> {
            int mode = in.u32();
            in.skip(4);
            Credentials caller = in.caller();
            make(in.node(), in.name(), out, path -> operations.mkdir(path, mode, caller));
        });
        handlers.put(Opcode.SYMLINK, (in, out) -> {
            String name = in.name();
            String target = in.name();
            Credentials caller = in.caller();
            make(in.node(), name, out, path -> operations.symlink(target, path, caller));
        });
        handlers.put(Opcode.LINK, (in, out) -> {
            long existing = in.u64();
            String name = in.name();
            make(
                    in.node(),
                    name,
                    out,
                    path -> context.using(existing, reference -> {
                        FileAttributes linked = operations.link(reference, path);
                        nodes.identify(nodes.get(existing), linked.key());
                        return linked;
                    }));
        });
    }

    private void lookup(Request in, Reply out) throws GuestFilesystemException {
        Node parent = nodes.get(in.node());
        String name = in.name();
        context.telling(nodes.child(parent, name));
        try (NodeLocks.Held held = context.locks().use(parent)) {
            FileAttributes attributes = findOrNull(resolve(nodes.path(parent), name));
            if (attributes == null) {
                context.view().putNoEntry(out);
            } else {
                context.putEntry(out, nodes.enter(parent, name, attributes), attributes);
            }
        }
    }

    private @Nullable FileAttributes findOrNull(GuestPath path) throws GuestFilesystemException {
        try {
            return operations.getattr(path);
        } catch (GuestFilesystemException e) {
            if (e.errno() == Errno.ENOENT) {
                return null;
            }
            throw e;
        }
    }

    /** Makes a new name in a directory and answers with what it names. */
    private void make(long parentId, String name, Reply out, Context.Use<FileAttributes, GuestPath> maker)
            throws GuestFilesystemException {
        Node parent = nodes.get(parentId);
        FileAttributes attributes = context.usingPath(parentId, path -> maker.with(resolve(path, name)));
        context.putMade(out, parent, name, attributes);
    }

    private void batchForget(Request in, Reply out) {
        int count = in.u32();
        in.skip(4);
        for (int i = 0; i < count; i++) {
            forget(in.u64(), in.u64());
        }
    }

    private void forget(long node, long times) {
        for (FileHandle unused : nodes.forget(node, times)) {
            operations.releaseQuietly(unused);
        }
    }

    /** The path of a name in a directory; the kernel lets names through that are longer than any filesystem's. */
    static GuestPath resolve(GuestPath directory, String name) throws GuestFilesystemException {
        if (name.length() > GuestPath.MAX_NAME_BYTES
                || directory.toString().length() + 1 + name.length() > GuestPath.MAX_PATH_BYTES) {
            throw GuestFilesystemException.of(Errno.ENAMETOOLONG, "name", GuestPath.textOfBytes(name));
        }
        return directory.resolve(name);
    }
}
