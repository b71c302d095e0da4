package org.guestmount.cache;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.DirectoryChunk;
import org.guestmount.core.fs.DirectoryEntry;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileDetails;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.ForwardingGuestFilesystem;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.OpenedFile;
import org.guestmount.core.fs.RenameMode;
import org.guestmount.core.fs.XattrMode;

/** Takes names that differ only in case for the same, as vfat does. They are listed in lower case. */
public final class FoldingFilesystem extends ForwardingGuestFilesystem {
    public FoldingFilesystem(GuestFilesystem delegate) {
        super(delegate);
    }

    private static GuestPath fold(GuestPath path) {
        return GuestPath.of(path.toString().toLowerCase(Locale.ROOT));
    }

    private static FileReference fold(FileReference file) {
        return file instanceof GuestPath path ? fold(path) : file;
    }

    @Override
    public FileDetails lookup(GuestPath path) throws GuestFilesystemException {
        return super.lookup(fold(path));
    }

    @Override
    public FileAttributes getattr(FileReference file) throws GuestFilesystemException {
        return super.getattr(fold(file));
    }

    @Override
    public DirectoryChunk readDirectory(FileReference directory, int maxBytes) throws GuestFilesystemException {
        return super.readDirectory(fold(directory), maxBytes);
    }

    @Override
    public List<Optional<List<DirectoryEntry>>> listTrees(List<GuestPath> roots, boolean byName, int maxDirectories)
            throws GuestFilesystemException {
        return super.listTrees(roots.stream().map(FoldingFilesystem::fold).toList(), byName, maxDirectories);
    }

    @Override
    public String readlink(GuestPath path) throws GuestFilesystemException {
        return super.readlink(fold(path));
    }

    @Override
    public OpenedFile open(GuestPath path, OpenFlags flags) throws GuestFilesystemException {
        return super.open(fold(path), flags);
    }

    @Override
    public OpenedFile create(GuestPath path, OpenFlags flags, int mode, Credentials owner)
            throws GuestFilesystemException {
        return super.create(fold(path), flags, mode, owner);
    }

    @Override
    public FileAttributes setattr(FileReference file, AttributeChange change) throws GuestFilesystemException {
        return super.setattr(fold(file), change);
    }

    @Override
    public FileAttributes mkdir(GuestPath path, int mode, Credentials owner) throws GuestFilesystemException {
        return super.mkdir(fold(path), mode, owner);
    }

    @Override
    public FileAttributes mknod(GuestPath path, int mode, long rdev, Credentials owner)
            throws GuestFilesystemException {
        return super.mknod(fold(path), mode, rdev, owner);
    }

    @Override
    public FileAttributes symlink(String target, GuestPath path, Credentials owner) throws GuestFilesystemException {
        return super.symlink(target, fold(path), owner);
    }

    @Override
    public FileAttributes link(FileReference existing, GuestPath path) throws GuestFilesystemException {
        return super.link(fold(existing), fold(path));
    }

    @Override
    public void unlink(GuestPath path) throws GuestFilesystemException {
        super.unlink(fold(path));
    }

    @Override
    public void rmdir(GuestPath path) throws GuestFilesystemException {
        super.rmdir(fold(path));
    }

    @Override
    public void rename(GuestPath from, GuestPath to, RenameMode mode) throws GuestFilesystemException {
        super.rename(fold(from), fold(to), mode);
    }

    @Override
    public byte[] getxattr(FileReference file, String name) throws GuestFilesystemException {
        return super.getxattr(fold(file), name);
    }

    @Override
    public List<String> listxattr(FileReference file) throws GuestFilesystemException {
        return super.listxattr(fold(file));
    }

    @Override
    public void setxattr(FileReference file, String name, byte[] value, XattrMode mode)
            throws GuestFilesystemException {
        super.setxattr(fold(file), name, value, mode);
    }

    @Override
    public void removexattr(FileReference file, String name) throws GuestFilesystemException {
        super.removexattr(fold(file), name);
    }
}
