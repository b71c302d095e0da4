package org.guestmount.fuse.libfuse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.guestmount.fuse.ErrnoMapping.guarded;

import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.provider.jffi.ClosureHelper;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.DirectoryEntry;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InodeKey;
import org.guestmount.core.fs.OpenedFile;
import org.guestmount.core.fs.RenameMode;
import org.guestmount.fuse.DirectoryListing;
import org.guestmount.fuse.GuestOperations;
import org.guestmount.fuse.libfuse.OperationsTable.Slot;
import ru.serce.jnrfuse.FuseFillDir;
import ru.serce.jnrfuse.struct.FileStat;
import ru.serce.jnrfuse.struct.FuseContext;
import ru.serce.jnrfuse.struct.Statvfs;

/** libfuse's callbacks, each doing its operation on the guest. */
final class LibfuseCallbacks {
    private static final int MAX_PATH_BYTES = GuestPath.MAX_PATH_BYTES + 1;
    private static final int MAX_XATTR_NAME_BYTES = 256;

    private final Libfuse libfuse;
    private final GuestOperations operations;
    private final HiddenFiles hidden;
    private final CountDownLatch initialised = new CountDownLatch(1);
    private final ConcurrentHashMap<Long, DirectoryListing> directories = new ConcurrentHashMap<>();
    private final AtomicLong nextDirectory = new AtomicLong(1);

    /**
     * Inodes that had several names at some time of this mount. libfuse tells the kernel of names, not of inodes, so the
     * kernel caches the data of each name of its own, and must not keep it where it can change under another name.
     */
    private final Set<InodeKey> linked = ConcurrentHashMap.newKeySet();

    LibfuseCallbacks(Libfuse libfuse, GuestOperations operations) {
        this.libfuse = libfuse;
        this.operations = operations;
        this.hidden = new HiddenFiles(operations);
    }

    /** Opens when the kernel's first request has been answered. */
    CountDownLatch initialised() {
        return initialised;
    }

    OperationsTable table() {
        OperationsTable table = new OperationsTable(Runtime.getRuntime(libfuse));
        table.set(Slot.INIT, Callback.Init.class, this::init);
        addNames(table);
        addAttributes(table);
        addFiles(table);
        addDirectories(table);
        addXattrs(table);
        return table;
    }

    private Pointer init(Pointer connection) {
        ConnectionInfo.negotiate(connection);
        initialised.countDown();
        return Pointer.wrap(connection.getRuntime(), 0);
    }

    private void addNames(OperationsTable table) {
        table.set(
                Slot.READLINK,
                Callback.PPL.class,
                (path, buffer, size) -> guarded("readlink", () -> readlink(path, buffer, size)));
        table.set(
                Slot.MKNOD,
                Callback.PIL.class,
                (path, mode, rdev) -> done("mknod", () -> operations.mknod(path(path), mode, rdev, caller())));
        table.set(
                Slot.MKDIR,
                Callback.PI.class,
                (path, mode) -> done("mkdir", () -> operations.mkdir(path(path), mode, caller())));
        table.set(
                Slot.SYMLINK,
                Callback.PP.class,
                (target, path) -> done("symlink", () -> operations.symlink(string(target), path(path), caller())));
        table.set(
                Slot.LINK,
                Callback.PP.class,
                (from, to) -> done("link", () -> {
                    linked.add(operations.link(reference(from), path(to)).key());
                }));
        table.set(Slot.UNLINK, Callback.P.class, path -> done("unlink", () -> unlink(path(path))));
        table.set(Slot.RMDIR, Callback.P.class, path -> done("rmdir", () -> operations.rmdir(path(path))));
        table.set(Slot.RENAME, Callback.PP.class, (from, to) -> done("rename", () -> rename(path(from), path(to))));
    }

    private void addAttributes(OperationsTable table) {
        table.set(
                Slot.GETATTR,
                Callback.PP.class,
                (path, stat) -> done("getattr", () -> putStat(stat, operations.getattr(reference(path)))));
        table.set(
                Slot.FGETATTR,
                Callback.PPP.class,
                (path, stat, info) -> done("fgetattr", () -> putStat(stat, operations.getattr(file(info)))));
        table.set(
                Slot.ACCESS,
                Callback.PI.class,
                (path, mask) -> done("access", () -> operations.access(reference(path), mask)));
        table.set(
                Slot.CHMOD,
                Callback.PI.class,
                (path, mode) -> done("chmod", () -> operations.setattr(reference(path), AttributeChange.ofMode(mode))));
        table.set(
                Slot.CHOWN,
                Callback.PII.class,
                (path, uid, gid) ->
                        done("chown", () -> operations.setattr(reference(path), NativeStructs.ownerChange(uid, gid))));
        table.set(
                Slot.UTIMENS,
                Callback.PP.class,
                (path, times) ->
                        done("utimens", () -> operations.setattr(reference(path), NativeStructs.timesChange(times))));
        table.set(
                Slot.TRUNCATE,
                Callback.PL.class,
                (path, size) ->
                        done("truncate", () -> operations.setattr(reference(path), AttributeChange.ofSize(size))));
        table.set(
                Slot.FTRUNCATE,
                Callback.PLP.class,
                (path, size, info) ->
                        done("ftruncate", () -> operations.setattr(file(info), AttributeChange.ofSize(size))));
        table.set(
                Slot.STATFS,
                Callback.PP.class,
                (path, target) -> done(
                        "statfs",
                        () -> NativeStructs.putStatistics(Statvfs.of(target), operations.statfs(path(path)))));
    }

    private void addFiles(OperationsTable table) {
        table.set(
                Slot.OPEN,
                Callback.PP.class,
                (path, memory) -> done("open", () -> {
                    FileInfo info = new FileInfo(memory);
                    opened(operations.open(path(path), info.flags()), info);
                }));
        table.set(
                Slot.CREATE,
                Callback.PIP.class,
                (path, mode, memory) -> done("create", () -> {
                    FileInfo info = new FileInfo(memory);
                    opened(operations.create(path(path), info.flags(), mode, caller()), info);
                }));
        table.set(
                Slot.READ,
                Callback.PPLLP.class,
                (path, data, size, offset, info) -> guarded("read", () -> read(file(info), data, size, offset)));
        table.set(
                Slot.WRITE,
                Callback.PPLLP.class,
                (path, data, size, offset, info) -> guarded(
                        "write",
                        () -> operations.write(
                                file(info), offset, FuseWorker.current().requestData(data, (int) size))));
        table.set(Slot.FLUSH, Callback.PP.class, (path, info) -> done("flush", () -> operations.flush(file(info))));
        table.set(
                Slot.RELEASE, Callback.PP.class, (path, info) -> done("release", () -> operations.release(file(info))));
        table.set(
                Slot.FSYNC,
                Callback.PIP.class,
                (path, dataOnly, info) -> done("fsync", () -> operations.fsync(file(info), dataOnly != 0)));
        table.set(
                Slot.FALLOCATE,
                Callback.PILLP.class,
                (path, mode, offset, length, info) ->
                        done("fallocate", () -> operations.fallocate(file(info), mode, offset, length)));
    }

    private void addDirectories(OperationsTable table) {
        table.set(
                Slot.OPENDIR,
                Callback.PP.class,
                (path, info) -> done("opendir", () -> {
                    long id = nextDirectory.getAndIncrement();
                    directories.put(id, operations.opendir(path(path)));
                    new FileInfo(info).setHandle(id);
                }));
        table.set(
                Slot.READDIR,
                Callback.PPPLP.class,
                (path, buffer, filler, offset, info) ->
                        done("readdir", () -> readdir(directory(info), buffer, filler)));
        table.set(
                Slot.RELEASEDIR,
                Callback.PP.class,
                (path, info) -> done("releasedir", () -> {
                    DirectoryListing listing = directories.remove(new FileInfo(info).handle());
                    if (listing != null) {
                        operations.releasedir(listing);
                    }
                }));
        table.set(
                Slot.FSYNCDIR,
                Callback.PIP.class,
                (path, dataOnly, info) ->
                        done("fsyncdir", () -> operations.fsync(directory(info).path(), dataOnly != 0)));
    }

    private void addXattrs(OperationsTable table) {
        table.set(
                Slot.GETXATTR,
                Callback.PPPL.class,
                (path, name, buffer, size) -> guarded(
                        "getxattr", () -> putBytes(operations.getxattr(reference(path), name(name)), buffer, size)));
        table.set(
                Slot.LISTXATTR,
                Callback.PPL.class,
                (path, buffer, size) ->
                        guarded("listxattr", () -> putBytes(operations.listxattr(reference(path)), buffer, size)));
        table.set(
                Slot.SETXATTR,
                Callback.PPPLI.class,
                (path, name, data, size, flags) -> done("setxattr", () -> {
                    byte[] value = new byte[(int) size];
                    if (size > 0) {
                        data.get(0, value, 0, value.length);
                    }
                    operations.setxattr(reference(path), name(name), value, flags);
                }));
        table.set(
                Slot.REMOVEXATTR,
                Callback.PP.class,
                (path, name) -> done("removexattr", () -> operations.removexattr(reference(path), name(name))));
    }

    /** The target, cut to the buffer and ended by a NUL as the callback must. */
    private int readlink(Pointer path, Pointer buffer, long size) throws GuestFilesystemException {
        byte[] target = operations.readlink(path(path)).getBytes(ISO_8859_1);
        int length = (int) Math.min(target.length, size - 1);
        buffer.put(0, target, 0, length);
        buffer.putByte(length, (byte) 0);
        return 0;
    }

    private void unlink(GuestPath path) throws GuestFilesystemException {
        if (!hidden.remove(path)) {
            operations.unlink(path);
        }
    }

    private void rename(GuestPath from, GuestPath to) throws GuestFilesystemException {
        FuseWorker worker = FuseWorker.current();
        if (!worker.isHiding(to.name())) {
            operations.rename(from, to, RenameMode.REPLACE);
            hidden.moved(from, to);
            return;
        }
        hidden.hide(from, to);
        // A file being replaced goes with the rename that follows, in one step.
        if (worker.isUnlinking()) {
            try {
                operations.unlink(from);
            } catch (GuestFilesystemException e) {
                hidden.remove(to);
                throw e;
            }
        }
    }

    private void opened(OpenedFile file, FileInfo info) {
        FileAttributes attributes = file.attributes();
        info.setHandle(file.handle().id());
        if (attributes.links() > 1) {
            linked.add(attributes.key());
        } else if (!linked.contains(attributes.key())) {
            info.keepCache();
        }
    }

    private int read(FileHandle file, Pointer data, long size, long offset) throws GuestFilesystemException {
        FuseWorker worker = FuseWorker.current();
        ByteBuffer transfer = worker.transferBuffer((int) size);
        int length = operations.read(file, offset, transfer);
        worker.copyRead(transfer, data, length);
        return length;
    }

    /** Hands libfuse the whole listing, which it then serves in parts. */
    private void readdir(DirectoryListing listing, Pointer buffer, Pointer filler) throws GuestFilesystemException {
        ClosureHelper helper = ClosureHelper.getInstance();
        FuseFillDir fill =
                helper.getNativeConveter(FuseFillDir.class).fromNative(filler, helper.getFromNativeContext());
        Runtime runtime = buffer.getRuntime();
        FileStat stat = new FileStat(runtime);
        Pointer statMemory = Memory.allocateDirect(runtime, jnr.ffi.Struct.size(stat), true);
        stat.useMemory(statMemory);
        ByteBuffer name = ByteBuffer.allocateDirect(GuestPath.MAX_NAME_BYTES + 1);

        putStat(stat, operations.getattr(listing.path()));
        fill.apply(buffer, nameBytes(name, "."), statMemory, 0);
        putStat(stat, operations.getattr(listing.path().parent()));
        fill.apply(buffer, nameBytes(name, ".."), statMemory, 0);
        long position = 0;
        for (DirectoryEntry entry = listing.entry(position); entry != null; entry = listing.entry(++position)) {
            putStat(stat, entry.details().attributes());
            if (fill.apply(buffer, nameBytes(name, entry.name()), statMemory, 0) != 0) {
                throw GuestFilesystemException.of(Errno.ENOMEM, "readdir", listing.path());
            }
        }
    }

    private static ByteBuffer nameBytes(ByteBuffer buffer, String name) {
        return buffer.clear().put(name.getBytes(ISO_8859_1)).put((byte) 0).flip();
    }

    private void putStat(Pointer memory, FileAttributes attributes) {
        putStat(FileStat.of(memory), attributes);
    }

    private void putStat(FileStat stat, FileAttributes attributes) {
        NativeStructs.putStat(stat, attributes, operations.inodeNumber(attributes.key()));
    }

    /** The length of a value; copied if there is room, where size 0 only asks for the length. */
    private static int putBytes(byte[] value, Pointer buffer, long size) {
        if (size == 0) {
            return value.length;
        }
        if (size < value.length) {
            return -Errno.ERANGE.number();
        }
        buffer.put(0, value, 0, value.length);
        return value.length;
    }

    /** Who makes the present call. */
    private Credentials caller() {
        FuseContext context = libfuse.fuse_get_context();
        return new Credentials(context.uid.intValue(), context.gid.intValue());
    }

    private FileReference reference(Pointer path) throws GuestFilesystemException {
        return hidden.resolve(path(path));
    }

    private static GuestPath path(Pointer path) throws GuestFilesystemException {
        String bytes = string(path);
        try {
            return GuestPath.of(bytes);
        } catch (IllegalArgumentException e) {
            // libfuse makes no path with other faults; the kernel lets names of up to 1024 bytes through.
            throw GuestFilesystemException.of(Errno.ENAMETOOLONG, "path", GuestPath.textOfBytes(bytes));
        }
    }

    private static String string(Pointer string) {
        return string.getString(0, MAX_PATH_BYTES, ISO_8859_1);
    }

    private static String name(Pointer name) {
        return name.getString(0, MAX_XATTR_NAME_BYTES, ISO_8859_1);
    }

    private static FileHandle file(Pointer info) {
        return new FileHandle(new FileInfo(info).handle());
    }

    private DirectoryListing directory(Pointer info) throws GuestFilesystemException {
        DirectoryListing listing = directories.get(new FileInfo(info).handle());
        if (listing == null) {
            throw GuestFilesystemException.of(Errno.EBADF, "readdir", info);
        }
        return listing;
    }

    @FunctionalInterface
    private interface Action {
        void run() throws Exception;
    }

    /** {@link org.guestmount.fuse.ErrnoMapping#guarded} for an operation that answers 0 when it succeeds. */
    private static int done(String operation, Action action) {
        return guarded(operation, () -> {
            action.run();
            return 0;
        });
    }
}
