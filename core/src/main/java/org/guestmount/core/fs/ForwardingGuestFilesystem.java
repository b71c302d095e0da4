package org.guestmount.core.fs;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Passes every call on unchanged: the base of decorators, which override what they change. One that knows files otherwise than its delegate
 * does overrides {@link #passed(FileHandle)}, {@link #passed(FileReference)} or both.
 */
public abstract class ForwardingGuestFilesystem implements GuestFilesystem {
    private final GuestFilesystem delegate;

    protected ForwardingGuestFilesystem(GuestFilesystem delegate) {
        this.delegate = delegate;
    }

    /** By what the delegate knows a file that a call names by path or handle. */
    protected FileReference passed(FileReference file) throws GuestFilesystemException {
        return file instanceof FileHandle handle ? passed(handle) : file;
    }

    /** By what the delegate knows an open file. */
    protected FileHandle passed(FileHandle file) throws GuestFilesystemException {
        return file;
    }

    @Override
    public FileDetails lookup(GuestPath path) throws GuestFilesystemException {
        return delegate.lookup(path);
    }

    @Override
    public FileAttributes getattr(FileReference file) throws GuestFilesystemException {
        return delegate.getattr(passed(file));
    }

    @Override
    public DirectoryChunk readDirectory(FileReference directory, int maxBytes) throws GuestFilesystemException {
        return delegate.readDirectory(passed(directory), maxBytes);
    }

    @Override
    public String readlink(GuestPath path) throws GuestFilesystemException {
        return delegate.readlink(path);
    }

    @Override
    public OpenedFile open(GuestPath path, OpenFlags flags) throws GuestFilesystemException {
        return delegate.open(path, flags);
    }

    @Override
    public OpenedFile create(GuestPath path, OpenFlags flags, int mode, Credentials owner)
            throws GuestFilesystemException {
        return delegate.create(path, flags, mode, owner);
    }

    @Override
    public int read(FileHandle file, long offset, ByteBuffer destination) throws GuestFilesystemException {
        return delegate.read(passed(file), offset, destination);
    }

    @Override
    public List<Optional<List<DirectoryEntry>>> listTrees(List<GuestPath> roots, boolean byName, int maxDirectories)
            throws GuestFilesystemException {
        return delegate.listTrees(roots, byName, maxDirectories);
    }

    @Override
    public List<Optional<ByteBuffer>> readSmallFiles(GuestPath directory, List<String> names)
            throws GuestFilesystemException {
        return delegate.readSmallFiles(directory, names);
    }

    @Override
    public int write(FileHandle file, long offset, ByteBuffer source) throws GuestFilesystemException {
        return delegate.write(passed(file), offset, source);
    }

    @Override
    public void flush(FileHandle file) throws GuestFilesystemException {
        delegate.flush(passed(file));
    }

    @Override
    public void fsync(FileReference file, boolean dataOnly) throws GuestFilesystemException {
        delegate.fsync(passed(file), dataOnly);
    }

    @Override
    public void release(FileHandle file) throws GuestFilesystemException {
        delegate.release(passed(file));
    }

    @Override
    public FileAttributes setattr(FileReference file, AttributeChange change) throws GuestFilesystemException {
        return delegate.setattr(passed(file), change);
    }

    @Override
    public void fallocate(FileHandle file, int mode, long offset, long length) throws GuestFilesystemException {
        delegate.fallocate(passed(file), mode, offset, length);
    }

    @Override
    public long seek(FileHandle file, long offset, SeekTarget target) throws GuestFilesystemException {
        return delegate.seek(passed(file), offset, target);
    }

    @Override
    public List<FileExtent> mapExtents(FileHandle file, long offset) throws GuestFilesystemException {
        return delegate.mapExtents(passed(file), offset);
    }

    @Override
    public List<List<FileExtent>> mapSmallFiles(GuestPath directory, List<String> names)
            throws GuestFilesystemException {
        return delegate.mapSmallFiles(directory, names);
    }

    @Override
    public long copyRange(
            FileHandle source, long sourceOffset, FileHandle destination, long destinationOffset, long length)
            throws GuestFilesystemException {
        return delegate.copyRange(passed(source), sourceOffset, passed(destination), destinationOffset, length);
    }

    @Override
    public FileAttributes mkdir(GuestPath path, int mode, Credentials owner) throws GuestFilesystemException {
        return delegate.mkdir(path, mode, owner);
    }

    @Override
    public FileAttributes mknod(GuestPath path, int mode, long rdev, Credentials owner)
            throws GuestFilesystemException {
        return delegate.mknod(path, mode, rdev, owner);
    }

    @Override
    public FileAttributes symlink(String target, GuestPath path, Credentials owner) throws GuestFilesystemException {
        return delegate.symlink(target, path, owner);
    }

    @Override
    public FileAttributes link(FileReference existing, GuestPath path) throws GuestFilesystemException {
        return delegate.link(passed(existing), path);
    }

    @Override
    public void unlink(GuestPath path) throws GuestFilesystemException {
        delegate.unlink(path);
    }

    @Override
    public void rmdir(GuestPath path) throws GuestFilesystemException {
        delegate.rmdir(path);
    }

    @Override
    public void rename(GuestPath from, GuestPath to, RenameMode mode) throws GuestFilesystemException {
        delegate.rename(from, to, mode);
    }

    @Override
    public byte[] getxattr(FileReference file, String name) throws GuestFilesystemException {
        return delegate.getxattr(passed(file), name);
    }

    @Override
    public List<String> listxattr(FileReference file) throws GuestFilesystemException {
        return delegate.listxattr(passed(file));
    }

    @Override
    public void setxattr(FileReference file, String name, byte[] value, XattrMode mode)
            throws GuestFilesystemException {
        delegate.setxattr(passed(file), name, value, mode);
    }

    @Override
    public void removexattr(FileReference file, String name) throws GuestFilesystemException {
        delegate.removexattr(passed(file), name);
    }

    @Override
    public FilesystemStatistics statfs(GuestPath path) throws GuestFilesystemException {
        return delegate.statfs(path);
    }

    @Override
    public void sync() throws GuestFilesystemException {
        delegate.sync();
    }

    @Override
    public void close() throws GuestFilesystemException {
        delegate.close();
    }
}
