package org.guestmount.appliance.daemon;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.ChangeOutcome;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.DepthFirst;
import org.guestmount.core.fs.DirectoryChunk;
import org.guestmount.core.fs.DirectoryEntry;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileDetails;
import org.guestmount.core.fs.FileExtent;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.FilesystemStatistics;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.OpenedFile;
import org.guestmount.core.fs.RenameMode;
import org.guestmount.core.fs.SeekTarget;
import org.guestmount.core.fs.TreeChange;
import org.guestmount.core.fs.XattrMode;
import org.guestmount.core.protocol.Frame;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.Request;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.message.ListTrees;
import org.guestmount.core.protocol.message.ReadDirectory;
import org.jspecify.annotations.Nullable;

/**
 * The filesystems mounted under a directory, by system calls. Needs root's capabilities. No umask is applied because the
 * process has none, see {@link Main}.
 *
 * <p>What exists is opened with {@code O_PATH} and worked on through that descriptor, so that what a call was resolved to is
 * what it is done to. Names that are made, moved or removed are worked on relative to the directory they are in. Nothing
 * follows a symbolic link outside of {@link GuestRoot}.
 *
 * <p>Owns: the files that are open.
 */
final class SyscallFilesystem implements EncodingFilesystem {
    /** Each may hold an inode in the guest's memory. */
    private static final int MAX_OPEN_FILES = 1 << 16;

    /** Keeps an open from waiting, for a fifo's other end or a device. */
    private static final int NEVER_WAIT = Abi.O_NONBLOCK | Abi.O_NOCTTY;

    private final GuestRoot root;
    private final MountTable mounts;
    private final BlockDevices devices;
    private final InodeTables inodes;
    private final HandleTable handles = new HandleTable(MAX_OPEN_FILES);

    SyscallFilesystem(GuestRoot root, MountTable mounts, BlockDevices devices, InodeTables inodes) {
        this.root = root;
        this.mounts = mounts;
        this.devices = devices;
        this.inodes = inodes;
    }

    @Override
    public FileDetails lookup(GuestPath path) throws GuestFilesystemException {
        int node = root.locate(path, "lookup");
        try {
            return Details.ofDescriptor(node, path);
        } finally {
            Syscalls.close(node);
        }
    }

    @Override
    public FileAttributes getattr(FileReference file) throws GuestFilesystemException {
        try (OpenFile node = use(file, "getattr")) {
            return Stat.ofDescriptor(node.descriptor(), file);
        }
    }

    @Override
    public DirectoryChunk readDirectory(FileReference directory, int maxBytes) throws GuestFilesystemException {
        ByteBuffer encoded = ByteBuffer.allocate(Frame.MAX_LENGTH);
        readDirectory(directory, maxBytes, encoded);
        return decode(new ReadDirectory(directory, maxBytes), encoded.flip());
    }

    @Override
    public List<Optional<List<DirectoryEntry>>> listTrees(List<GuestPath> roots, boolean byName, int maxDirectories) {
        ByteBuffer encoded = ByteBuffer.allocate(Frame.MAX_LENGTH);
        listTrees(roots, byName, maxDirectories, encoded);
        return decode(new ListTrees(roots, byName, maxDirectories), encoded.flip());
    }

    private static <R> R decode(Request<R> request, ByteBuffer encoded) {
        try {
            return request.decodeResult(new WireReader(encoded));
        } catch (ProtocolException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void readDirectory(FileReference directory, int maxBytes, ByteBuffer out) throws GuestFilesystemException {
        int limit = Math.max(1, Math.min(maxBytes, MAX_TRANSFER_BYTES));
        EncodedEntries entries = new EncodedEntries(out);
        if (directory instanceof FileHandle handle) {
            entries.end(goOn(handle, limit, entries));
        } else {
            entries.end(begin((GuestPath) directory, limit, entries));
        }
    }

    @Override
    public void listTrees(List<GuestPath> roots, boolean byName, int maxDirectories, ByteBuffer out) {
        DepthFirst order = new DepthFirst(roots, byName);
        int start = out.position();
        out.putInt(0);
        int count = 0;
        GuestPath directory = order.next();
        while (directory != null
                && count < maxDirectories
                && out.position() - start <= MAX_TRANSFER_BYTES - SMALL_DIRECTORY_BYTES) {
            int at = out.position();
            List<String> subdirectories = listWhole(directory, out.put((byte) 1));
            if (subdirectories != null) {
                order.enter(directory, subdirectories);
            } else {
                out.position(at).put((byte) 0);
            }
            count++;
            directory = order.next();
        }
        out.putInt(start, count);
    }

    /** The directories in it; null if it cannot be listed, or is not small. */
    private @Nullable List<String> listWhole(GuestPath path, ByteBuffer out) {
        EncodedEntries entries = new EncodedEntries(out);
        try (OpenFile file = openToList(path)) {
            DirectoryListing listing = Objects.requireNonNull(file.listing());
            listing.next(SMALL_DIRECTORY_BYTES, entries);
            entries.end();
            return listing.hasEnded() ? entries.directories() : null;
        } catch (GuestFilesystemException e) {
            return null;
        }
    }

    private @Nullable FileHandle goOn(FileHandle handle, int limit, EncodedEntries entries)
            throws GuestFilesystemException {
        try (OpenFile file = handles.use(handle, "list")) {
            DirectoryListing listing = file.listing();
            if (listing == null) {
                throw GuestFilesystemException.of(Errno.EBADF, "list", handle);
            }
            listing.next(limit, entries);
            if (!listing.hasEnded()) {
                return handle;
            }
            release(handle);
            return null;
        }
    }

    private @Nullable FileHandle begin(GuestPath path, int limit, EncodedEntries entries)
            throws GuestFilesystemException {
        try (OpenFile file = openToList(path)) {
            DirectoryListing listing = Objects.requireNonNull(file.listing());
            listing.next(limit, entries);
            return listing.hasEnded() ? null : handles.add(file);
        }
    }

    private OpenFile openToList(GuestPath path) throws GuestFilesystemException {
        int opened = (int) Syscalls.check(root.open(path, Abi.O_RDONLY | Abi.O_DIRECTORY, 0), "list", path);
        try {
            return new OpenFile(opened, new DirectoryListing(opened, inodes.of(opened, path)));
        } catch (GuestFilesystemException e) {
            Syscalls.close(opened);
            throw e;
        }
    }

    @Override
    public String readlink(GuestPath path) throws GuestFilesystemException {
        int node = root.locate(path, "readlink");
        try {
            return Details.linkTargetOfDescriptor(node, path);
        } finally {
            Syscalls.close(node);
        }
    }

    @Override
    public OpenedFile open(GuestPath path, OpenFlags flags) throws GuestFilesystemException {
        return open(path, flags.bits() & ~Abi.O_EXCL, 0);
    }

    @Override
    public OpenedFile create(GuestPath path, OpenFlags flags, int mode, Credentials owner)
            throws GuestFilesystemException {
        Scratch.ofThread().actAs(owner);
        return open(path, flags.bits() | Abi.O_CREAT, mode & 07777);
    }

    private OpenedFile open(GuestPath path, int flags, int mode) throws GuestFilesystemException {
        long opened = root.open(path, flags | NEVER_WAIT, mode);
        if (Syscalls.failedWith(opened, Errno.EACCES) && isDataless(getattr(path))) {
            // A device, on a filesystem mounted without devices.
            throw GuestFilesystemException.of(Errno.ENXIO, "open", path);
        }
        try (OpenFile file = new OpenFile((int) Syscalls.check(opened, "open", path), null, new OpenFlags(flags))) {
            FileAttributes attributes = Stat.ofDescriptor(file.descriptor(), path);
            if (isDataless(attributes)) {
                throw GuestFilesystemException.of(Errno.ENXIO, "open", path);
            }
            return new OpenedFile(handles.add(file), attributes);
        }
    }

    /** Whether it is neither a file with bytes nor a directory: what an open of it would reach is not the guest's disk. */
    private static boolean isDataless(FileAttributes attributes) {
        FileType type = attributes.type();
        return type != FileType.REGULAR && type != FileType.DIRECTORY;
    }

    @Override
    public int read(FileHandle file, long offset, ByteBuffer destination) throws GuestFilesystemException {
        try (OpenFile open = handles.use(file, "read")) {
            return Transfer.read(open.descriptor(), offset, destination, file);
        }
    }

    @Override
    public List<Optional<ByteBuffer>> readSmallFiles(GuestPath directory, List<String> names)
            throws GuestFilesystemException {
        try (SmallFiles files = new SmallFiles(root)) {
            for (String name : names) {
                files.add(directory.resolve(name));
            }
            return files.read();
        }
    }

    @Override
    public int write(FileHandle file, long offset, ByteBuffer source) throws GuestFilesystemException {
        try (OpenFile open = handles.use(file, "write")) {
            return open.write(offset, source, file);
        }
    }

    @Override
    public void flush(FileHandle file) throws GuestFilesystemException {
        try (OpenFile open = handles.use(file, "flush")) {
            long copy = Syscalls.check(Libc.syscall(Abi.SYS_DUP, open.descriptor(), 0, 0, 0, 0), "flush", file);
            Syscalls.check(Syscalls.close((int) copy), "flush", file);
        }
    }

    @Override
    public void fsync(FileReference file, boolean dataOnly) throws GuestFilesystemException {
        try (OpenFile open = file instanceof FileHandle handle
                ? handles.use(handle, "fsync")
                : new OpenFile(
                        (int) Syscalls.check(root.open((GuestPath) file, Abi.O_RDONLY | NEVER_WAIT, 0), "fsync", file),
                        null)) {
            int call = dataOnly ? Abi.SYS_FDATASYNC : Abi.SYS_FSYNC;
            Syscalls.check(Libc.syscall(call, open.descriptor(), 0, 0, 0, 0), "fsync", file);
        }
    }

    @Override
    public void release(FileHandle file) throws GuestFilesystemException {
        Syscalls.check(handles.remove(file).endUse(), "release", file);
    }

    @Override
    public FileAttributes setattr(FileReference file, AttributeChange change) throws GuestFilesystemException {
        try (OpenFile node = use(file, "setattr")) {
            Attributes.change(node.descriptor(), file instanceof FileHandle, file, change);
            return Stat.ofDescriptor(node.descriptor(), file);
        }
    }

    @Override
    public CompletableFuture<List<ChangeOutcome>> changeLater(List<TreeChange> changes) {
        try (TreeChanges batch = new TreeChanges(root, this)) {
            return CompletableFuture.completedFuture(batch.apply(changes));
        }
    }

    @Override
    public void fallocate(FileHandle file, int mode, long offset, long length) throws GuestFilesystemException {
        try (OpenFile open = handles.use(file, "fallocate")) {
            Syscalls.check(
                    Libc.syscall(Abi.SYS_FALLOCATE, open.descriptor(), mode, offset, length, 0), "fallocate", file);
        }
    }

    @Override
    public long seek(FileHandle file, long offset, SeekTarget target) throws GuestFilesystemException {
        try (OpenFile open = handles.use(file, "seek")) {
            return Syscalls.check(
                    Libc.syscall(Abi.SYS_LSEEK, open.descriptor(), offset, target.whence(), 0, 0), "seek", file);
        }
    }

    @Override
    public List<FileExtent> mapExtents(FileHandle file, long offset) throws GuestFilesystemException {
        try (OpenFile open = handles.use(file, "map")) {
            int descriptor = open.descriptor();
            return ExtentMap.ofFilesystem(descriptor, devices, file).extents(descriptor, offset, file);
        }
    }

    @Override
    public List<List<FileExtent>> mapSmallFiles(GuestPath directory, List<String> names)
            throws GuestFilesystemException {
        int located = root.locateDirectory(directory, "map");
        try {
            ExtentMap map = ExtentMap.ofFilesystem(located, devices, directory);
            List<List<FileExtent>> extents = new ArrayList<>(names.size());
            for (String name : names) {
                extents.add(map.isKnown() ? mapSmallFile(map, located, name) : List.of());
            }
            return extents;
        } finally {
            Syscalls.close(located);
        }
    }

    private static List<FileExtent> mapSmallFile(ExtentMap map, int directory, String name)
            throws GuestFilesystemException {
        int flags = Abi.O_RDONLY | Abi.O_NOFOLLOW | NEVER_WAIT;
        long file = Syscalls.open(directory, name, flags, 0, Abi.RESOLVE_BENEATH);
        if (file < 0) {
            return List.of();
        }
        try {
            return map.fewExtents((int) file, name);
        } catch (GuestFilesystemException e) {
            return List.of();
        } finally {
            Syscalls.close((int) file);
        }
    }

    @Override
    public long copyRange(
            FileHandle source, long sourceOffset, FileHandle destination, long destinationOffset, long length)
            throws GuestFilesystemException {
        try (OpenFile from = handles.use(source, "copy");
                OpenFile to = handles.use(destination, "copy")) {
            if (length < 0) {
                throw GuestFilesystemException.of(Errno.EINVAL, "copy", source);
            }
            Scratch scratch = Scratch.ofThread();
            scratch.memory().putLong(Scratch.STRUCT, sourceOffset).putLong(Scratch.STRUCT + 8, destinationOffset);
            long offsets = scratch.address(Scratch.STRUCT);
            return Syscalls.check(
                    Libc.copyFileRange(from.descriptor(), offsets, to.descriptor(), offsets + 8, length),
                    "copy",
                    source);
        }
    }

    @Override
    public FileAttributes mkdir(GuestPath path, int mode, Credentials owner) throws GuestFilesystemException {
        return make(path, "mkdir", Abi.SYS_MKDIRAT, mode & 07777, 0, owner);
    }

    @Override
    public FileAttributes mknod(GuestPath path, int mode, long rdev, Credentials owner)
            throws GuestFilesystemException {
        if (rdev != (rdev & 0xFFFF_FFFFL)) {
            throw GuestFilesystemException.of(Errno.EINVAL, "mknod", path);
        }
        return make(path, "mknod", Abi.SYS_MKNODAT, mode, rdev, owner);
    }

    private FileAttributes make(GuestPath path, String operation, int call, int mode, long rdev, Credentials owner)
            throws GuestFilesystemException {
        try (NamedPlace place = NamedPlace.of(root, path, Errno.EEXIST, operation)) {
            Scratch scratch = Scratch.ofThread();
            scratch.actAs(owner);
            long name = scratch.putString(Scratch.NAME, place.name());
            Syscalls.check(Libc.syscall(call, place.directory(), name, mode, rdev, 0), operation, path);
            return Stat.ofEntry(place.directory(), place.name(), path);
        }
    }

    @Override
    public FileAttributes symlink(String target, GuestPath path, Credentials owner) throws GuestFilesystemException {
        try (NamedPlace place = NamedPlace.of(root, path, Errno.EEXIST, "symlink")) {
            Scratch scratch = Scratch.ofThread();
            scratch.actAs(owner);
            long content = scratch.putString(Scratch.SECOND_NAME, target);
            long name = scratch.putString(Scratch.NAME, place.name());
            Syscalls.check(Libc.syscall(Abi.SYS_SYMLINKAT, content, place.directory(), name, 0, 0), "symlink", path);
            return Stat.ofEntry(place.directory(), place.name(), path);
        }
    }

    @Override
    public FileAttributes link(FileReference existing, GuestPath path) throws GuestFilesystemException {
        try (OpenFile node = use(existing, "link");
                NamedPlace place = NamedPlace.of(root, path, Errno.EEXIST, "link")) {
            Scratch scratch = Scratch.ofThread();
            long name = scratch.putString(Scratch.NAME, place.name());
            Syscalls.check(
                    Libc.syscall(
                            Abi.SYS_LINKAT,
                            node.descriptor(),
                            scratch.empty(),
                            place.directory(),
                            name,
                            Abi.AT_EMPTY_PATH),
                    "link",
                    path);
            return Stat.ofDescriptor(node.descriptor(), path);
        }
    }

    @Override
    public void unlink(GuestPath path) throws GuestFilesystemException {
        remove(path, "unlink", 0, Errno.EISDIR);
    }

    @Override
    public void rmdir(GuestPath path) throws GuestFilesystemException {
        remove(path, "rmdir", Abi.AT_REMOVEDIR, Errno.EBUSY);
    }

    private void remove(GuestPath path, String operation, int flags, Errno ofRoot) throws GuestFilesystemException {
        try (NamedPlace place = NamedPlace.of(root, path, ofRoot, operation)) {
            Syscalls.check(Syscalls.unlink(place.directory(), place.name(), flags), operation, path);
        }
    }

    @Override
    public void rename(GuestPath from, GuestPath to, RenameMode mode) throws GuestFilesystemException {
        try (NamedPlace source = NamedPlace.of(root, from, Errno.EBUSY, "rename");
                NamedPlace target = NamedPlace.of(root, to, Errno.EBUSY, "rename")) {
            Scratch scratch = Scratch.ofThread();
            long oldName = scratch.putString(Scratch.NAME, source.name());
            long newName = scratch.putString(Scratch.SECOND_NAME, target.name());
            Syscalls.check(
                    Libc.syscall(
                            Abi.SYS_RENAMEAT2, source.directory(), oldName, target.directory(), newName, mode.flags()),
                    "rename",
                    from);
        }
    }

    @Override
    public byte[] getxattr(FileReference file, String name) throws GuestFilesystemException {
        try (OpenFile node = use(file, "getxattr")) {
            return Xattrs.get(node.descriptor(), name, file);
        }
    }

    @Override
    public List<String> listxattr(FileReference file) throws GuestFilesystemException {
        try (OpenFile node = use(file, "listxattr")) {
            return Xattrs.list(node.descriptor(), file);
        }
    }

    @Override
    public void setxattr(FileReference file, String name, byte[] value, XattrMode mode)
            throws GuestFilesystemException {
        try (OpenFile node = use(file, "setxattr")) {
            Xattrs.set(node.descriptor(), name, value, mode, file);
        }
    }

    @Override
    public void removexattr(FileReference file, String name) throws GuestFilesystemException {
        try (OpenFile node = use(file, "removexattr")) {
            Xattrs.remove(node.descriptor(), name, file);
        }
    }

    @Override
    public FilesystemStatistics statfs(GuestPath path) throws GuestFilesystemException {
        int node = root.locate(path, "statfs");
        try {
            return Stat.ofFilesystem(node, path);
        } finally {
            Syscalls.close(node);
        }
    }

    @Override
    public void sync() throws GuestFilesystemException {
        mounts.sync();
    }

    /** Closes all files, so that the filesystems can be unmounted. */
    @Override
    public void close() {
        handles.closeAll();
    }

    /** What is referred to, an open file or what a path names, for one use. */
    private OpenFile use(FileReference file, String operation) throws GuestFilesystemException {
        return file instanceof FileHandle handle
                ? handles.use(handle, operation)
                : new OpenFile(root.locate((GuestPath) file, operation), null);
    }
}
