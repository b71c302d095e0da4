package org.guestmount.core.fs;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.guestmount.core.fs.AttributeChange.TimeChange;
import org.jspecify.annotations.Nullable;

/**
 * A filesystem in memory that answers as Linux's own do, root calling, mounted with {@code noatime}. One lock guards
 * all of it.
 */
public class InMemoryGuestFilesystem implements GuestFilesystem {
    /** What {@code st_dev} says. */
    public static final long DEVICE = 0x801;

    private static final long MAX_FILE_BYTES = 1L << 44;
    private static final int MAX_LINK_TARGET_BYTES = 4095;
    private static final int FALLOC_FL_KEEP_SIZE = 0x01;
    private static final int FALLOC_FL_PUNCH_HOLE = 0x02;
    private static final int FALLOC_FL_ZERO_RANGE = 0x10;

    @GuardedBy("this")
    private final MemoryTree tree;

    @GuardedBy("this")
    private final Map<Long, OpenObject> handles = new HashMap<>();

    @GuardedBy("this")
    private long lastHandle;

    /** An empty filesystem whose times come from the system's clock. */
    public InMemoryGuestFilesystem() {
        this(InstantSource.system());
    }

    public InMemoryGuestFilesystem(InstantSource clock) {
        this.tree = new MemoryTree(clock, this::isOpen);
    }

    /**
     * What a handle stands for.
     *
     * @param unlisted a listing's names not yet given; empty for a file
     */
    private record OpenObject(MemoryInode inode, OpenFlags flags, Iterator<String> unlisted) {}

    private synchronized boolean isOpen(MemoryInode inode) {
        return handles.values().stream().anyMatch(object -> object.inode() == inode);
    }

    /** How many handles are open: what a well-behaved caller brings back to 0. */
    public synchronized int openHandles() {
        return handles.size();
    }

    @Override
    public synchronized FileDetails lookup(GuestPath path) throws GuestFilesystemException {
        return tree.resolve("lookup", path).details(DEVICE);
    }

    @Override
    public synchronized FileAttributes getattr(FileReference file) throws GuestFilesystemException {
        return inode("getattr", file).attributes(DEVICE);
    }

    @Override
    public synchronized DirectoryChunk readDirectory(FileReference directory, int maxBytes)
            throws GuestFilesystemException {
        MemoryInode inode = inode("readdir", directory);
        if (!inode.isDirectory()) {
            throw GuestFilesystemException.of(Errno.ENOTDIR, "readdir", directory);
        }
        FileHandle handle;
        if (directory instanceof FileHandle next) {
            handle = next;
        } else {
            Iterator<String> names = List.copyOf(inode.children.keySet()).iterator();
            handle = open(inode, OpenFlags.READ_ONLY, names);
        }
        Iterator<String> unlisted = object("readdir", handle).unlisted();
        List<DirectoryEntry> entries = new ArrayList<>();
        for (int bytes = 0; unlisted.hasNext() && (entries.isEmpty() || bytes < maxBytes); ) {
            String name = unlisted.next();
            MemoryInode child = inode.children.get(name);
            if (child != null) {
                entries.add(new DirectoryEntry(name, child.details(DEVICE)));
                bytes += child.encodedBytes(name);
            }
        }
        if (unlisted.hasNext()) {
            return new DirectoryChunk(entries, handle);
        }
        handles.remove(handle.id());
        return new DirectoryChunk(entries, null);
    }

    @Override
    public synchronized List<Optional<List<DirectoryEntry>>> listTrees(
            List<GuestPath> roots, boolean byName, int maxDirectories) {
        DepthFirst order = new DepthFirst(roots, byName);
        List<Optional<List<DirectoryEntry>>> listed = new ArrayList<>();
        int bytes = 0;
        for (GuestPath path = order.next();
                path != null && listed.size() < maxDirectories && bytes < MAX_TRANSFER_BYTES - SMALL_DIRECTORY_BYTES;
                path = order.next()) {
            Optional<List<DirectoryEntry>> entries = wholeListing(path, SMALL_DIRECTORY_BYTES);
            List<String> directories = new ArrayList<>();
            for (DirectoryEntry entry : entries.orElse(List.of())) {
                bytes += 120 + entry.name().length();
                if (entry.details().attributes().isDirectory()) {
                    directories.add(entry.name());
                }
            }
            order.enter(path, directories);
            listed.add(entries);
        }
        return listed;
    }

    private Optional<List<DirectoryEntry>> wholeListing(GuestPath path, int maxBytes) {
        try {
            DirectoryChunk chunk = readDirectory(path, maxBytes);
            if (chunk.next() == null) {
                return Optional.of(chunk.entries());
            }
            release(chunk.next());
        } catch (GuestFilesystemException e) {
            // Told to who asks for it by itself.
        }
        return Optional.empty();
    }

    @Override
    public synchronized String readlink(GuestPath path) throws GuestFilesystemException {
        MemoryInode inode = tree.resolve("readlink", path);
        require(inode.type() == FileType.SYMBOLIC_LINK, Errno.EINVAL, "readlink", path);
        return inode.linkTarget;
    }

    @Override
    public synchronized OpenedFile open(GuestPath path, OpenFlags flags) throws GuestFilesystemException {
        return openExisting("open", path, flags, tree.resolve("open", path));
    }

    @Override
    public synchronized OpenedFile create(GuestPath path, OpenFlags flags, int mode, Credentials owner)
            throws GuestFilesystemException {
        require(!path.isRoot(), Errno.EISDIR, "create", path);
        MemoryInode existing = tree.parent("create", path).children.get(path.name());
        if (existing == null) {
            MemoryInode made = tree.make("create", path, FileType.REGULAR.modeBits() | (mode & 07777), 0, owner);
            return new OpenedFile(open(made, flags, noNames()), made.attributes(DEVICE));
        }
        require(!flags.has(OpenFlags.EXCL), Errno.EEXIST, "create", path);
        require(!existing.isDirectory(), Errno.EISDIR, "create", path);
        return openExisting("create", path, flags, existing);
    }

    @GuardedBy("this")
    private OpenedFile openExisting(String operation, GuestPath path, OpenFlags flags, MemoryInode inode)
            throws GuestFilesystemException {
        switch (inode.type()) {
            case SYMBOLIC_LINK -> throw GuestFilesystemException.of(Errno.ELOOP, operation, path);
            case DIRECTORY -> require(!flags.mayModify(), Errno.EISDIR, operation, path);
            case FIFO, SOCKET, CHARACTER_DEVICE, BLOCK_DEVICE ->
                throw GuestFilesystemException.of(Errno.ENXIO, operation, path);
            case REGULAR -> {
                if (flags.has(OpenFlags.TRUNC)) {
                    inode.content.resize(0);
                    inode.touchModified(tree.now());
                }
            }
        }
        FileHandle handle = open(inode, flags, noNames());
        boolean small = !flags.mayModify()
                && inode.type() == FileType.REGULAR
                && inode.attributes(DEVICE).size() <= SMALL_FILE_BYTES;
        return new OpenedFile(handle, inode.attributes(DEVICE), small ? content(handle, inode) : null);
    }

    private ByteBuffer content(FileHandle handle, MemoryInode inode) throws GuestFilesystemException {
        ByteBuffer content = ByteBuffer.allocate((int) inode.attributes(DEVICE).size());
        read(handle, 0, content);
        return content.flip();
    }

    @Override
    public synchronized int read(FileHandle file, long offset, ByteBuffer destination) throws GuestFilesystemException {
        OpenObject object = object("read", file);
        require(object.flags().isReadable(), Errno.EBADF, "read", file);
        require(!object.inode().isDirectory(), Errno.EISDIR, "read", file);
        require(offset >= 0, Errno.EINVAL, "read", file);
        return object.inode().content.read(offset, destination);
    }

    @Override
    public synchronized List<Optional<ByteBuffer>> readSmallFiles(GuestPath directory, List<String> names)
            throws GuestFilesystemException {
        List<Optional<ByteBuffer>> contents = new ArrayList<>();
        int left = MAX_TRANSFER_BYTES;
        for (String name : names) {
            int room = left;
            Optional<ByteBuffer> content =
                    smallFile(directory.resolve(name)).filter(bytes -> bytes.remaining() <= room);
            contents.add(content);
            left -= content.map(ByteBuffer::remaining).orElse(0);
        }
        return contents;
    }

    private Optional<ByteBuffer> smallFile(GuestPath path) {
        try {
            OpenedFile file = open(path, OpenFlags.READ_ONLY);
            release(file.handle());
            return file.attributes().type() == FileType.REGULAR
                    ? Optional.ofNullable(file.content())
                    : Optional.empty();
        } catch (GuestFilesystemException e) {
            return Optional.empty();
        }
    }

    @Override
    public synchronized int write(FileHandle file, long offset, ByteBuffer source) throws GuestFilesystemException {
        OpenObject object = writable("write", file);
        require(offset >= 0, Errno.EINVAL, "write", file);
        PagedContent content = object.inode().content;
        long position = object.flags().has(OpenFlags.APPEND) ? content.size() : offset;
        require(position <= MAX_FILE_BYTES - source.remaining(), Errno.EFBIG, "write", file);
        if (source.hasRemaining()) {
            object.inode().touchModified(tree.now());
        }
        return content.write(position, source);
    }

    @Override
    public synchronized void flush(FileHandle file) throws GuestFilesystemException {
        object("flush", file);
    }

    @Override
    public synchronized void fsync(FileReference file, boolean dataOnly) throws GuestFilesystemException {
        inode("fsync", file);
    }

    @Override
    public synchronized void release(FileHandle file) throws GuestFilesystemException {
        require(handles.remove(file.id()) != null, Errno.EBADF, "release", file);
    }

    @Override
    public synchronized FileAttributes setattr(FileReference file, AttributeChange change)
            throws GuestFilesystemException {
        MemoryInode inode = inode("setattr", file);
        if (change.isNone()) {
            return inode.attributes(DEVICE);
        }
        if (change.size() != null) {
            resize(file, inode, change.size());
        }
        if (change.uid() != null || change.gid() != null) {
            inode.uid = change.uid() == null ? inode.uid : change.uid();
            inode.gid = change.gid() == null ? inode.gid : change.gid();
            if (!inode.isDirectory()) {
                dropSetIdBits(inode);
            }
        }
        if (change.mode() != null) {
            require(inode.type() != FileType.SYMBOLIC_LINK, Errno.EOPNOTSUPP, "chmod", file);
            inode.mode = inode.type().modeBits() | (change.mode() & 07777);
        }
        inode.accessed = after(change.accessed(), inode.accessed);
        inode.modified = after(change.modified(), inode.modified);
        inode.changed = tree.now();
        return inode.attributes(DEVICE);
    }

    @GuardedBy("this")
    private void resize(FileReference file, MemoryInode inode, long size) throws GuestFilesystemException {
        require(!inode.isDirectory(), Errno.EISDIR, "truncate", file);
        require(inode.type() == FileType.REGULAR, Errno.EINVAL, "truncate", file);
        if (file instanceof FileHandle handle) {
            require(object("truncate", handle).flags().isWritable(), Errno.EINVAL, "truncate", file);
        }
        require(size <= MAX_FILE_BYTES, Errno.EFBIG, "truncate", file);
        inode.content.resize(size);
        inode.touchModified(tree.now());
    }

    /** As chown(2) does for root too; setgid without group execution once meant mandatory locking and is kept. */
    private static void dropSetIdBits(MemoryInode inode) {
        inode.mode &= ~04000;
        if ((inode.mode & 00010) != 0) {
            inode.mode &= ~02000;
        }
    }

    @GuardedBy("this")
    private Timestamp after(@Nullable TimeChange change, Timestamp before) {
        if (change == null) {
            return before;
        }
        Timestamp time = change.time();
        return time == null ? tree.now() : time;
    }

    @Override
    public synchronized void fallocate(FileHandle file, int mode, long offset, long length)
            throws GuestFilesystemException {
        require(offset >= 0 && length > 0, Errno.EINVAL, "fallocate", file);
        MemoryInode inode = writable("fallocate", file).inode();
        require(offset <= MAX_FILE_BYTES - length, Errno.EFBIG, "fallocate", file);
        long end = offset + length;
        boolean keepSize = (mode & FALLOC_FL_KEEP_SIZE) != 0;
        switch (mode & ~FALLOC_FL_KEEP_SIZE) {
            case 0 -> inode.content.allocate(offset, length);
            case FALLOC_FL_PUNCH_HOLE -> {
                require(keepSize, Errno.EOPNOTSUPP, "fallocate", file);
                inode.content.punch(offset, length);
            }
            case FALLOC_FL_ZERO_RANGE -> {
                inode.content.punch(offset, length);
                inode.content.allocate(offset, length);
            }
            default -> throw GuestFilesystemException.of(Errno.EOPNOTSUPP, "fallocate", file);
        }
        if (!keepSize && end > inode.content.size()) {
            inode.content.resize(end);
        }
        inode.touchModified(tree.now());
    }

    @Override
    public synchronized long seek(FileHandle file, long offset, SeekTarget target) throws GuestFilesystemException {
        PagedContent content = object("seek", file).inode().content;
        require(offset >= 0 && offset < content.size(), Errno.ENXIO, "seek", file);
        long found = switch (target) {
            case DATA -> content.nextData(offset);
            case HOLE -> content.nextHole(offset);
        };
        require(found >= 0, Errno.ENXIO, "seek", file);
        return found;
    }

    @Override
    public synchronized List<FileExtent> mapExtents(FileHandle file, long offset) throws GuestFilesystemException {
        object("map", file);
        return List.of(FileExtent.inGuest(offset, Long.MAX_VALUE - offset));
    }

    @Override
    public List<List<FileExtent>> mapSmallFiles(GuestPath directory, List<String> names) {
        return names.stream().map(name -> List.<FileExtent>of()).toList();
    }

    @Override
    public synchronized long copyRange(
            FileHandle source, long sourceOffset, FileHandle destination, long destinationOffset, long length)
            throws GuestFilesystemException {
        OpenObject from = object("copy", source);
        OpenObject to = object("copy", destination);
        require(!from.inode().isDirectory() && !to.inode().isDirectory(), Errno.EISDIR, "copy", source);
        require(from.flags().isReadable(), Errno.EBADF, "copy", source);
        require(to.flags().isWritable() && !to.flags().has(OpenFlags.APPEND), Errno.EBADF, "copy", destination);
        require(sourceOffset >= 0 && destinationOffset >= 0 && length >= 0, Errno.EINVAL, "copy", source);
        long count = Math.max(0, Math.min(length, from.inode().content.size() - sourceOffset));
        boolean overlap = from.inode() == to.inode() && Math.abs(sourceOffset - destinationOffset) < count;
        require(!overlap, Errno.EINVAL, "copy", source);
        int part = (int) Math.min(count, MAX_TRANSFER_BYTES);
        ByteBuffer data = ByteBuffer.allocate(part);
        from.inode().content.read(sourceOffset, data);
        if (part > 0) {
            to.inode().touchModified(tree.now());
        }
        return to.inode().content.write(destinationOffset, data.flip());
    }

    @Override
    public synchronized FileAttributes mkdir(GuestPath path, int mode, Credentials owner)
            throws GuestFilesystemException {
        int typed = FileType.DIRECTORY.modeBits() | (mode & 01777);
        return tree.make("mkdir", path, typed, 0, owner).attributes(DEVICE);
    }

    @Override
    public synchronized FileAttributes mknod(GuestPath path, int mode, long rdev, Credentials owner)
            throws GuestFilesystemException {
        int typed = (mode & FileType.MODE_MASK) == 0 ? mode | FileType.REGULAR.modeBits() : mode;
        require(FileType.isTyped(typed), Errno.EINVAL, "mknod", path);
        FileType type = FileType.ofMode(typed);
        require(type != FileType.DIRECTORY, Errno.EPERM, "mknod", path);
        require(type != FileType.SYMBOLIC_LINK, Errno.EINVAL, "mknod", path);
        boolean device = type == FileType.CHARACTER_DEVICE || type == FileType.BLOCK_DEVICE;
        return tree.make("mknod", path, typed, device ? rdev : 0, owner).attributes(DEVICE);
    }

    @Override
    public synchronized FileAttributes symlink(String target, GuestPath path, Credentials owner)
            throws GuestFilesystemException {
        require(!target.isEmpty(), Errno.ENOENT, "symlink", path);
        require(target.length() <= MAX_LINK_TARGET_BYTES, Errno.ENAMETOOLONG, "symlink", path);
        MemoryInode made = tree.make("symlink", path, FileType.SYMBOLIC_LINK.modeBits() | 0777, 0, owner);
        made.linkTarget = target;
        return made.attributes(DEVICE);
    }

    @Override
    public synchronized FileAttributes link(FileReference existing, GuestPath path) throws GuestFilesystemException {
        MemoryInode inode = inode("link", existing);
        tree.link(inode, path);
        return inode.attributes(DEVICE);
    }

    @Override
    public synchronized void unlink(GuestPath path) throws GuestFilesystemException {
        tree.unlink(path);
    }

    @Override
    public synchronized void rmdir(GuestPath path) throws GuestFilesystemException {
        tree.rmdir(path);
    }

    @Override
    public synchronized void rename(GuestPath from, GuestPath to, RenameMode mode) throws GuestFilesystemException {
        tree.rename(from, to, mode);
    }

    @Override
    public synchronized byte[] getxattr(FileReference file, String name) throws GuestFilesystemException {
        return MemoryXattrs.get(inode("getxattr", file), file, name);
    }

    @Override
    public synchronized List<String> listxattr(FileReference file) throws GuestFilesystemException {
        return List.copyOf(inode("listxattr", file).xattrs.keySet());
    }

    @Override
    public synchronized void setxattr(FileReference file, String name, byte[] value, XattrMode mode)
            throws GuestFilesystemException {
        MemoryInode inode = inode("setxattr", file);
        MemoryXattrs.set(inode, file, name, value, mode);
        inode.changed = tree.now();
    }

    @Override
    public synchronized void removexattr(FileReference file, String name) throws GuestFilesystemException {
        MemoryInode inode = inode("removexattr", file);
        MemoryXattrs.remove(inode, file, name);
        inode.changed = tree.now();
    }

    @Override
    public synchronized FilesystemStatistics statfs(GuestPath path) throws GuestFilesystemException {
        tree.resolve("statfs", path);
        long blocks = MAX_FILE_BYTES / PagedContent.PAGE_BYTES;
        long files = 1 << 20;
        long freeFiles = files - tree.count();
        int block = PagedContent.PAGE_BYTES;
        return new FilesystemStatistics(
                block, block, blocks, blocks, blocks, files, freeFiles, freeFiles, MemoryTree.NAME_MAX);
    }

    @Override
    public void sync() {}

    @Override
    public void close() {}

    @GuardedBy("this")
    private MemoryInode inode(String operation, FileReference file) throws GuestFilesystemException {
        return file instanceof FileHandle handle
                ? object(operation, handle).inode()
                : tree.resolve(operation, (GuestPath) file);
    }

    @GuardedBy("this")
    private OpenObject object(String operation, FileHandle handle) throws GuestFilesystemException {
        OpenObject object = handles.get(handle.id());
        if (object == null) {
            throw GuestFilesystemException.of(Errno.EBADF, operation, handle);
        }
        return object;
    }

    @GuardedBy("this")
    private OpenObject writable(String operation, FileHandle handle) throws GuestFilesystemException {
        OpenObject object = object(operation, handle);
        require(object.flags().isWritable(), Errno.EBADF, operation, handle);
        return object;
    }

    @GuardedBy("this")
    private FileHandle open(MemoryInode inode, OpenFlags flags, Iterator<String> unlisted) {
        handles.put(++lastHandle, new OpenObject(inode, flags, unlisted));
        return new FileHandle(lastHandle);
    }

    private static Iterator<String> noNames() {
        return List.<String>of().iterator();
    }

    static void require(boolean condition, Errno errno, String operation, Object subject)
            throws GuestFilesystemException {
        if (!condition) {
            throw GuestFilesystemException.of(errno, operation, subject);
        }
    }
}
