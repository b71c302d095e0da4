package org.guestmount.cache;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.guestmount.core.fs.Credentials;
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

/** Takes names that differ only in case for the same, as vfat does. They are listed in lower case. */
public final class FoldingFilesystem extends ForwardingGuestFilesystem {
    public FoldingFilesystem(GuestFilesystem delegate) {
        super(delegate);
    }

    private static GuestPath fold(GuestPath path) {
        return GuestPath.of(path.toString().toLowerCase(Locale.ROOT));
    }

    @Override
    protected FileReference passed(FileReference file) {
        return file instanceof GuestPath path ? fold(path) : file;
    }

    @Override
    public FileDetails lookup(GuestPath path) throws GuestFilesystemException {
        return super.lookup(fold(path));
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
        return super.link(existing, fold(path));
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
}
