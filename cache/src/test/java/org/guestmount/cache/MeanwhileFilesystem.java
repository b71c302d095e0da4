package org.guestmount.cache;

import java.nio.ByteBuffer;
import java.util.List;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.DirectoryChunk;
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

/**
 * Lets things happen between an operation's being sent and the guest's doing it, and between that and the reply's
 * arrival, which is all that threads could do to one another and is repeatable.
 */
final class MeanwhileFilesystem extends ForwardingGuestFilesystem {
    private Runnable onTheWay = () -> {};
    private Runnable onTheWayBack = () -> {};

    MeanwhileFilesystem(GuestFilesystem delegate) {
        super(delegate);
    }

    /** What happens before the guest does the next operation; operations it causes are not interrupted. */
    void beforeNext(Runnable event) {
        onTheWay = event;
    }

    /** What happens after the guest did the next operation, before its reply arrives. */
    void afterNext(Runnable event) {
        onTheWayBack = event;
    }

    private <R> R sent(Call<R> operation) throws GuestFilesystemException {
        Runnable after = onTheWayBack;
        onTheWayBack = () -> {};
        Runnable before = onTheWay;
        onTheWay = () -> {};
        before.run();
        try {
            return operation.run();
        } finally {
            after.run();
        }
    }

    /** An operation that returns nothing. */
    @FunctionalInterface
    private interface Step {
        void run() throws GuestFilesystemException;
    }

    private void done(Step operation) throws GuestFilesystemException {
        sent(() -> {
            operation.run();
            return operation;
        });
    }

    @Override
    public FileDetails lookup(GuestPath path) throws GuestFilesystemException {
        return sent(() -> super.lookup(path));
    }

    @Override
    public FileAttributes getattr(FileReference file) throws GuestFilesystemException {
        return sent(() -> super.getattr(file));
    }

    @Override
    public DirectoryChunk readDirectory(FileReference directory, int maxBytes) throws GuestFilesystemException {
        return sent(() -> super.readDirectory(directory, maxBytes));
    }

    @Override
    public String readlink(GuestPath path) throws GuestFilesystemException {
        return sent(() -> super.readlink(path));
    }

    @Override
    public OpenedFile open(GuestPath path, OpenFlags flags) throws GuestFilesystemException {
        return sent(() -> super.open(path, flags));
    }

    @Override
    public OpenedFile create(GuestPath path, OpenFlags flags, int mode, Credentials owner)
            throws GuestFilesystemException {
        return sent(() -> super.create(path, flags, mode, owner));
    }

    @Override
    public int write(FileHandle file, long offset, ByteBuffer source) throws GuestFilesystemException {
        return sent(() -> super.write(file, offset, source));
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
        return sent(() -> super.setattr(file, change));
    }

    @Override
    public void fallocate(FileHandle file, int mode, long offset, long length) throws GuestFilesystemException {
        done(() -> super.fallocate(file, mode, offset, length));
    }

    @Override
    public long copyRange(
            FileHandle source, long sourceOffset, FileHandle destination, long destinationOffset, long length)
            throws GuestFilesystemException {
        return sent(() -> super.copyRange(source, sourceOffset, destination, destinationOffset, length));
    }

    @Override
    public FileAttributes mkdir(GuestPath path, int mode, Credentials owner) throws GuestFilesystemException {
        return sent(() -> super.mkdir(path, mode, owner));
    }

    @Override
    public FileAttributes mknod(GuestPath path, int mode, long rdev, Credentials owner)
            throws GuestFilesystemException {
        return sent(() -> super.mknod(path, mode, rdev, owner));
    }

    @Override
    public FileAttributes symlink(String target, GuestPath path, Credentials owner) throws GuestFilesystemException {
        return sent(() -> super.symlink(target, path, owner));
    }

    @Override
    public FileAttributes link(FileReference existing, GuestPath path) throws GuestFilesystemException {
        return sent(() -> super.link(existing, path));
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
        return sent(() -> super.getxattr(file, name));
    }

    @Override
    public List<String> listxattr(FileReference file) throws GuestFilesystemException {
        return sent(() -> super.listxattr(file));
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
