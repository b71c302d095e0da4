package org.guestmount.cache;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.DirectoryChunk;
import org.guestmount.core.fs.DirectoryEntry;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileDetails;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.ForwardingGuestFilesystem;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.OpenedFile;
import org.guestmount.core.fs.RenameMode;
import org.guestmount.core.fs.XattrMode;

/** Does something around every operation on names, attributes and xattrs. */
abstract class AroundFilesystem extends ForwardingGuestFilesystem {
    AroundFilesystem(GuestFilesystem delegate) {
        super(delegate);
    }

    protected abstract <R> R around(Call<R> operation) throws GuestFilesystemException;

    /** An operation that returns nothing. */
    @FunctionalInterface
    private interface Step {
        void run() throws GuestFilesystemException;
    }

    private void done(Step operation) throws GuestFilesystemException {
        around(() -> {
            operation.run();
            return operation;
        });
    }

    @Override
    public FileDetails lookup(GuestPath path) throws GuestFilesystemException {
        return around(() -> super.lookup(path));
    }

    @Override
    public FileAttributes getattr(FileReference file) throws GuestFilesystemException {
        return around(() -> super.getattr(file));
    }

    @Override
    public DirectoryChunk readDirectory(FileReference directory, int maxBytes) throws GuestFilesystemException {
        return around(() -> super.readDirectory(directory, maxBytes));
    }

    @Override
    public List<Optional<List<DirectoryEntry>>> listTrees(List<GuestPath> roots, boolean byName, int maxDirectories)
            throws GuestFilesystemException {
        return around(() -> super.listTrees(roots, byName, maxDirectories));
    }

    @Override
    public String readlink(GuestPath path) throws GuestFilesystemException {
        return around(() -> super.readlink(path));
    }

    @Override
    public OpenedFile open(GuestPath path, OpenFlags flags) throws GuestFilesystemException {
        return around(() -> super.open(path, flags));
    }

    @Override
    public OpenedFile create(GuestPath path, OpenFlags flags, int mode, Credentials owner)
            throws GuestFilesystemException {
        return around(() -> super.create(path, flags, mode, owner));
    }

    @Override
    public int write(FileHandle file, long offset, ByteBuffer source) throws GuestFilesystemException {
        return around(() -> super.write(file, offset, source));
    }

    @Override
    public void fsync(FileReference file, boolean dataOnly) throws GuestFilesystemException {
        done(() -> super.fsync(file, dataOnly));
    }

    @Override
    public void release(FileHandle file) throws GuestFilesystemException {
        done(() -> super.release(file));
    }

    @Override
    public FileAttributes setattr(FileReference file, AttributeChange change) throws GuestFilesystemException {
        return around(() -> super.setattr(file, change));
    }

    @Override
    public void fallocate(FileHandle file, int mode, long offset, long length) throws GuestFilesystemException {
        done(() -> super.fallocate(file, mode, offset, length));
    }

    @Override
    public long copyRange(
            FileHandle source, long sourceOffset, FileHandle destination, long destinationOffset, long length)
            throws GuestFilesystemException {
        return around(() -> super.copyRange(source, sourceOffset, destination, destinationOffset, length));
    }

    @Override
    public FileAttributes mkdir(GuestPath path, int mode, Credentials owner) throws GuestFilesystemException {
        return around(() -> super.mkdir(path, mode, owner));
    }

    @Override
    public FileAttributes mknod(GuestPath path, int mode, long rdev, Credentials owner)
            throws GuestFilesystemException {
        return around(() -> super.mknod(path, mode, rdev, owner));
    }

    @Override
    public FileAttributes symlink(String target, GuestPath path, Credentials owner) throws GuestFilesystemException {
        return around(() -> super.symlink(target, path, owner));
    }

    @Override
    public FileAttributes link(FileReference existing, GuestPath path) throws GuestFilesystemException {
        return around(() -> super.link(existing, path));
    }

    @Override
    public void unlink(GuestPath path) throws GuestFilesystemException {
        done(() -> super.unlink(path));
    }

    @Override
    public void rmdir(GuestPath path) throws GuestFilesystemException {
        done(() -> super.rmdir(path));
    }

    @Override
    public void rename(GuestPath from, GuestPath to, RenameMode mode) throws GuestFilesystemException {
        done(() -> super.rename(from, to, mode));
    }

    @Override
    public byte[] getxattr(FileReference file, String name) throws GuestFilesystemException {
        return around(() -> super.getxattr(file, name));
    }

    @Override
    public List<String> listxattr(FileReference file) throws GuestFilesystemException {
        return around(() -> super.listxattr(file));
    }

    @Override
    public void setxattr(FileReference file, String name, byte[] value, XattrMode mode)
            throws GuestFilesystemException {
        done(() -> super.setxattr(file, name, value, mode));
    }

    @Override
    public void removexattr(FileReference file, String name) throws GuestFilesystemException {
        done(() -> super.removexattr(file, name));
    }
}
