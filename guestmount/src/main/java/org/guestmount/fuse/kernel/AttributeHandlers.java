package org.guestmount.fuse.kernel;

import java.util.Map;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.AttributeChange.TimeChange;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.Timestamp;
import org.guestmount.fuse.GuestOperations;
import org.jspecify.annotations.Nullable;

/** Attributes, extended attributes and the filesystem's statistics. */
final class AttributeHandlers {
    private static final int GETATTR_FH = 1;

    /** {@code FATTR_*}: which fields of {@code struct fuse_setattr_in} count. */
    private static final int MODE = 1;

    private static final int UID = 1 << 1;
    private static final int GID = 1 << 2;
    private static final int SIZE = 1 << 3;
    private static final int ACCESSED = 1 << 4;
    private static final int MODIFIED = 1 << 5;
    private static final int HANDLE = 1 << 6;
    private static final int ACCESSED_NOW = 1 << 7;
    private static final int MODIFIED_NOW = 1 << 8;
    private static final int KILL_SUIDGID = 1 << 11;

    private final Context context;
    private final GuestOperations operations;

    AttributeHandlers(Context context) {
        this.context = context;
        this.operations = context.operations();
    }

    void register(Map<Opcode, Handler> handlers) {
        handlers.put(Opcode.GETATTR, this::getattr);
        handlers.put(Opcode.SETATTR, this::setattr);
        handlers.put(Opcode.ACCESS, (in, out) -> {
            int mask = in.u32();
            context.using(in.node(), reference -> {
                operations.access(reference, mask);
                return reference;
            });
        });
        handlers.put(Opcode.STATFS, (in, out) -> out.statistics(context.usingPath(in.node(), operations::statfs)));
        handlers.put(Opcode.GETXATTR, (in, out) -> {
            int size = in.u32();
            in.skip(4);
            String name = in.name();
            putValue(out, context.using(in.node(), reference -> operations.getxattr(reference, name)), size);
        });
        handlers.put(Opcode.LISTXATTR, (in, out) -> {
            int size = in.u32();
            putValue(out, context.using(in.node(), operations::listxattr), size);
        });
        handlers.put(Opcode.SETXATTR, (in, out) -> {
            int size = in.u32();
            int flags = in.u32();
            String name = in.name();
            byte[] value = in.bytes(size);
            context.using(in.node(), reference -> {
                operations.setxattr(reference, name, value, flags);
                return reference;
            });
        });
        handlers.put(Opcode.REMOVEXATTR, (in, out) -> {
            String name = in.name();
            context.using(in.node(), reference -> {
                operations.removexattr(reference, name);
                return reference;
            });
        });
    }

    private void getattr(Request in, Reply out) throws GuestFilesystemException {
        int flags = in.u32();
        in.skip(4);
        long handle = in.u64();
        FileAttributes attributes = (flags & GETATTR_FH) != 0 && handle != Unopened.NO_HANDLE
                ? operations.getattr(new FileHandle(handle))
                : getattr(in.node());
        context.putAttributes(out, attributes);
    }

    /** What may be a directory, which is never asked about by a handle. */
    private FileAttributes getattr(long node) throws GuestFilesystemException {
        context.telling(context.nodes().get(node));
        return context.using(node, operations::getattr);
    }

    /** {@code struct fuse_setattr_in}. */
    private void setattr(Request in, Reply out) throws GuestFilesystemException {
        int valid = in.u32();
        in.skip(4);
        long handle = in.u64();
        long size = in.u64();
        in.skip(8);
        long accessed = in.u64();
        long modified = in.u64();
        in.skip(8);
        int accessedNanos = in.u32();
        int modifiedNanos = in.u32();
        in.skip(4);
        int mode = in.u32();
        in.skip(4);
        int uid = in.u32();
        int gid = in.u32();
        AttributeChange change = new AttributeChange(
                (valid & SIZE) != 0 ? size : null,
                (valid & UID) != 0 ? uid : null,
                (valid & GID) != 0 ? gid : null,
                (valid & MODE) != 0 ? mode & 07777 : null,
                time(valid, ACCESSED, ACCESSED_NOW, accessed, accessedNanos),
                time(valid, MODIFIED, MODIFIED_NOW, modified, modifiedNanos));
        boolean kill = (valid & KILL_SUIDGID) != 0;
        Context.Use<FileAttributes, FileReference> set = reference ->
                operations.setattr(reference, (valid & ~HANDLE) == 0 ? ownerAgain(reference) : change, kill);
        FileAttributes attributes =
                (valid & HANDLE) != 0 ? set.with(new FileHandle(handle)) : context.using(in.node(), set);
        context.putAttributes(out, attributes);
    }

    /**
     * What a change of nothing stands for: the kernel asks for one on a chown(2) to the owner -1 and the group -1, which
     * leaves both but clears setuid and setgid, and on nothing else.
     */
    private AttributeChange ownerAgain(FileReference file) throws GuestFilesystemException {
        return new AttributeChange(null, operations.getattr(file).uid(), null, null, null, null);
    }

    private static @Nullable TimeChange time(int valid, int given, int now, long seconds, int nanos) {
        if ((valid & now) != 0) {
            return TimeChange.NOW;
        }
        return (valid & given) != 0 ? new TimeChange(new Timestamp(seconds, nanos)) : null;
    }

    /** A value, or with size 0 its length: {@code struct fuse_getxattr_out}. */
    private static void putValue(Reply out, byte[] value, int size) throws GuestFilesystemException {
        if (size == 0) {
            out.u32(value.length).u32(0);
        } else if (value.length > size) {
            throw GuestFilesystemException.of(Errno.ERANGE, "xattr of bytes", value.length);
        } else {
            out.bytes(value);
        }
    }
}
