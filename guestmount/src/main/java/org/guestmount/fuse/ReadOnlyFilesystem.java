package org.guestmount.fuse;

import java.nio.ByteBuffer;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
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

/** Answers every change with {@code EROFS}, without asking the guest. */
final class ReadOnlyFilesystem extends ForwardingGuestFilesystem {
    ReadOnlyFilesystem(GuestFilesystem delegate) {
        super(delegate);
    }

    private static GuestFilesystemException refuse(String operation, Object subject) {
        return GuestFilesystemException.of(Errno.EROFS, operation, subject);
    }

    @Override
    public OpenedFile open(GuestPath path, OpenFlags flags) throws GuestFilesystemException {
        if (flags.mayModify()) {
            throw refuse("open", path);
        }
        return super.open(path, flags);
    }

    @Override
    public OpenedFile create(GuestPath path, OpenFlags flags, int mode, Credentials owner)
            throws GuestFilesystemException {
        throw refuse("create", path);
    }

    @Override
    public int write(FileHandle file, long offset, ByteBuffer source) throws GuestFilesystemException {
        throw refuse("write", file);
    }

    @Override
    public FileAttributes setattr(FileReference file, AttributeChange change) throws GuestFilesystemException {
        throw refuse("setattr", file);
    }

    @Override
    public void fallocate(FileHandle file, int mode, long offset, long length) throws GuestFilesystemException {
        throw refuse("fallocate", file);
    }

    @Override
    public long copyRange(
            FileHandle source, long sourceOffset, FileHandle destination, long destinationOffset, long length)
            throws GuestFilesystemException {
        throw refuse("copy_file_range", destination);
    }

    @Override
    public FileAttributes mkdir(GuestPath path, int mode, Credentials owner) throws GuestFilesystemException {
        throw refuse("mkdir", path);
    }

    @Override
    public FileAttributes mknod(GuestPath path, int mode, long rdev, Credentials owner)
            throws GuestFilesystemException {
        throw refuse("mknod", path);
    }

    @Override
    public FileAttributes symlink(String target, GuestPath path, Credentials owner) throws GuestFilesystemException {
        throw refuse("symlink", path);
    }

    @Override
    public FileAttributes link(FileReference existing, GuestPath path) throws GuestFilesystemException {
        throw refuse("link", path);
    }

    @Override
    public void unlink(GuestPath path) throws GuestFilesystemException {
        throw refuse("unlink", path);
    }

    @Override
    public void rmdir(GuestPath path) throws GuestFilesystemException {
        throw refuse("rmdir", path);
    }

    @Override
    public void rename(GuestPath from, GuestPath to, RenameMode mode) throws GuestFilesystemException {
        throw refuse("rename", from);
    }

    @Override
    public void setxattr(FileReference file, String name, byte[] value, XattrMode mode)
            throws GuestFilesystemException {
        throw refuse("setxattr", file);
    }

    @Override
    public void removexattr(FileReference file, String name) throws GuestFilesystemException {
        throw refuse("removexattr", file);
    }

    @Override
    public void fsync(FileReference file, boolean dataOnly) {
        // Nothing was written through this mount.
    }

    @Override
    public void sync() {
        // Nothing was written through this mount.
    }
}
