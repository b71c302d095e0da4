package org.guestmount.core.fs;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Passes every call on unchanged: the base of decorators, which override what they change. */
public abstract class ForwardingGuestFilesystem implements GuestFilesystem {
    private final GuestFilesystem delegate;

    protected ForwardingGuestFilesystem(GuestFilesystem delegate) {
        this.delegate = delegate;
    }

    @Override
    public FileDetails lookup(GuestPath path) throws GuestFilesystemException {
        return delegate.lookup(path);
    }

    @Override
    public FileAttributes getattr(FileReference file) throws GuestFilesystemException {
        return delegate.getattr(file);
    }

    @Override
    public DirectoryChunk readDirectory(FileReference directory, int maxBytes) throws GuestFilesystemException {
        return delegate.readDirectory(directory, maxBytes);
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
        return delegate.read(file, offset, destination);
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
        return delegate.write(file, offset, source);
    }

    @Override
    public void flush(FileHandle file) throws GuestFilesystemException {
        delegate.flush(file);
    }

    @Override
    public void fsync(FileReference file, boolean dataOnly) throws GuestFilesystemException {
        delegate.fsync(file, dataOnly);
    }

    @Override
    public void release(FileHandle file) throws GuestFilesystemException {
        delegate.release(file);
    }

    @Override
    public FileAttributes setattr(FileReference file, AttributeChange change) throws GuestFilesystemException {
        return delegate.setattr(file, change);
    }

    @Override
    public void fallocate(FileHandle file, int mode, long offset, long length) throws GuestFilesystemException {
        delegate.fallocate(file, mode, offset, length);
    }

    @Override
    public long seek(FileHandle file, long offset, SeekTarget target) throws GuestFilesystemException {
        return delegate.seek(file, offset, target);
    }

    @Override
    public List<FileExtent> mapExtents(FileHandle file, long offset) throws GuestFilesystemException {
        return delegate.mapExtents(file, offset);
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
        return delegate.copyRange(source, sourceOffset, destination, destinationOffset, length);
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
        return delegate.link(existing, path);
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
        return delegate.getxattr(file, name);
    }

    @Override
    public List<String> listxattr(FileReference file) throws GuestFilesystemException {
        return delegate.listxattr(file);
    }

    @Override
    public void setxattr(FileReference file, String name, byte[] value, XattrMode mode)
            throws GuestFilesystemException {
        delegate.setxattr(file, name, value, mode);
    }

    @Override
    public void removexattr(FileReference file, String name) throws GuestFilesystemException {
        delegate.removexattr(file, name);
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
