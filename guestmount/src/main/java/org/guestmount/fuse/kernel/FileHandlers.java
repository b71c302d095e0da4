package org.guestmount.fuse.kernel;

import java.nio.ByteBuffer;
import java.util.Map;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.OpenedFile;
import org.guestmount.fuse.GuestOperations;

/** Open files. */
// A lock is held by the try statement, not used in it.
@SuppressWarnings("try")
final class FileHandlers {
    /**
     * {@code FOPEN_KEEP_CACHE}: nothing but this mount changes the image, and what it changes the kernel knows, so what
     * it has cached of a file's data stays true.
     */
    private static final int KEEP_CACHE = 1 << 1;

    /** {@code FOPEN_NOFLUSH}: closing a file that was only read is of no interest. */
    private static final int NO_FLUSH = 1 << 5;

    private static final int O_ACCMODE = 3;

    private static final int FDATASYNC = 1;

    /** {@code FUSE_OPEN_KILL_SUIDGID}: with {@code O_TRUNC}. */
    private static final int OPEN_KILL_SUIDGID = 1;

    /** {@code FUSE_WRITE_KILL_SUIDGID}. */
    private static final int WRITE_KILL_SUIDGID = 1 << 2;

    /** A clone of any size is one step, but a copy of this much keeps the guest busy for about a second. */
    private static final long MAX_COPY_BYTES = 256 << 20;

    private final Context context;
    private final GuestOperations operations;
    private final NodeTable nodes;
    private final Unopened unopened;

    FileHandlers(Context context, Unopened unopened) {
        this.context = context;
        this.operations = context.operations();
        this.nodes = context.nodes();
        this.unopened = unopened;
    }

    void register(Map<Opcode, Handler> handlers) {
        handlers.put(Opcode.OPEN, this::open);
        handlers.put(Opcode.CREATE, this::create);
        handlers.put(Opcode.READ, this::read);
        handlers.put(Opcode.WRITE, this::write);
        handlers.put(Opcode.FLUSH, (in, out) -> operations.flush(handle(in)));
        handlers.put(Opcode.RELEASE, (in, out) -> {
            nodes.closed(in.node());
            operations.release(handle(in));
        });
        handlers.put(Opcode.FSYNC, (in, out) -> {
            long handle = in.u64();
            if (handle != Unopened.NO_HANDLE) {
                operations.fsync(new FileHandle(handle), (in.u32() & FDATASYNC) != 0);
            }
        });
        handlers.put(Opcode.FALLOCATE, (in, out) -> {
            FileHandle file = handle(in);
            long offset = in.u64();
            long length = in.u64();
            operations.fallocate(file, in.u32(), offset, length);
            dropPrivilegesAfter(in, file);
        });
        handlers.put(Opcode.LSEEK, (in, out) -> {
            long handle = in.u64();
            long offset = in.u64();
            int whence = in.u32();
            out.u64(using(in.node(), handle, file -> operations.seek(file, offset, whence)));
        });
        handlers.put(Opcode.COPY_FILE_RANGE, this::copy);
    }

    static FileHandle handle(Request in) {
        return new FileHandle(in.u64());
    }

    private void open(Request in, Reply out) throws GuestFilesystemException {
        int flags = in.u32();
        boolean kill = (in.u32() & OPEN_KILL_SUIDGID) != 0;
        Node node = nodes.get(in.node());
        try (NodeLocks.Held held = context.locks().use(node)) {
            OpenedFile file = operations.open(nodes.path(node), flags, kill);
            nodes.opened(node);
            out.open(file.handle().id(), (flags & O_ACCMODE) == 0 ? KEEP_CACHE | NO_FLUSH : KEEP_CACHE);
        }
    }

    private void create(Request in, Reply out) throws GuestFilesystemException {
        int flags = in.u32();
        int mode = in.u32();
        in.skip(4);
        boolean kill = (in.u32() & OPEN_KILL_SUIDGID) != 0;
        String name = in.name();
        Credentials caller = in.caller();
        Node parent = nodes.get(in.node());
        try (NodeLocks.Held held = context.locks().use(parent)) {
            OpenedFile file =
                    operations.create(NameHandlers.resolve(nodes.path(parent), name), flags, mode, caller, kill);
            nodes.opened(context.putMade(out, parent, name, file.attributes()));
            out.open(file.handle().id(), KEEP_CACHE);
        }
    }

    private void read(Request in, Reply out) throws GuestFilesystemException {
        long handle = in.u64();
        long offset = in.u64();
        ByteBuffer room = out.room(in.u32());
        out.filled(using(in.node(), handle, file -> operations.read(file, offset, room)));
    }

    /** Uses an open file, or the file of a node that the kernel has opened by itself. */
    private <R> R using(long node, long handle, Context.Use<R, FileHandle> use) throws GuestFilesystemException {
        return handle == Unopened.NO_HANDLE ? unopened.using(node, use) : use.with(new FileHandle(handle));
    }

    private void write(Request in, Reply out) throws GuestFilesystemException {
        FileHandle file = handle(in);
        long offset = in.u64();
        int size = in.u32();
        boolean kill = (in.u32() & WRITE_KILL_SUIDGID) != 0;
        in.skip(16);
        ByteBuffer data = in.data(size);
        int written = operations.write(file, offset, data);
        if (kill) {
            operations.dropPrivileges(file);
        }
        out.written(written);
    }

    /** For changes of data where the kernel does not say whether the caller may keep the bits: root may. */
    private void dropPrivilegesAfter(Request in, FileHandle file) throws GuestFilesystemException {
        if (in.uid() != 0) {
            operations.dropPrivileges(file);
        }
    }

    /** {@code struct fuse_copy_file_range_in}. */
    private void copy(Request in, Reply out) throws GuestFilesystemException {
        FileHandle source = handle(in);
        long sourceOffset = in.u64();
        in.skip(8);
        FileHandle destination = handle(in);
        long destinationOffset = in.u64();
        long length = Math.min(in.u64(), MAX_COPY_BYTES);
        int copied = (int) operations.copyRange(source, sourceOffset, destination, destinationOffset, length);
        dropPrivilegesAfter(in, destination);
        out.written(copied);
    }
}
