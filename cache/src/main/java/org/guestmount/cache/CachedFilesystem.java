package org.guestmount.cache;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.guestmount.cache.Dentry.Missing;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.ChangeOutcome;
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
import org.guestmount.core.fs.InodeKey;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.OpenedFile;
import org.guestmount.core.fs.RenameMode;
import org.guestmount.core.fs.TreeChange;
import org.guestmount.core.fs.XattrMode;
import org.jspecify.annotations.Nullable;

/**
 * {@link CachingFilesystem} where something is remembered. What is passed on unchanged here, {@code statfs} and {@code sync}, is not remembered and changes nothing that is; nor are the xattrs of open files, which the kernel never
 * asks for.
 *
 * <p>An operation that changes something begins, finds out what its paths stand for, declares and drops what it
 * changes, is sent, and stores what the reply tells. That it fails makes no difference to what was dropped.
 */
final class CachedFilesystem extends ForwardingGuestFilesystem {
    private final Listings listings;
    private final Lookups lookups;
    private final InodeChanges inodeChanges;
    private final NameChanges nameChanges;
    private final TreeChanges treeChanges;
    private final Resolver resolver;
    private final OpenFiles openFiles;
    private final TreeCache tree;

    CachedFilesystem(GuestFilesystem guest, TreeCache tree) {
        super(guest);
        this.openFiles = new OpenFiles();
        this.tree = tree;
        this.resolver = new Resolver(guest, tree);
        this.listings = new Listings(guest, tree, resolver);
        this.lookups = new Lookups(guest, tree, resolver, openFiles);
        this.inodeChanges = new InodeChanges(guest, tree, resolver, openFiles);
        this.nameChanges = new NameChanges(guest, tree, resolver, openFiles, inodeChanges);
        this.treeChanges = new TreeChanges(guest, tree, resolver, nameChanges, inodeChanges);
    }

    /** Whether the names in a directory are all known. */
    boolean knowsListing(GuestPath path) {
        return listings.isKnown(path);
    }

    /** Whether there is surely nothing there, under this name or one that is taken for the same. */
    boolean knowsMissing(GuestPath path) {
        Place place = resolver.known(path);
        InodeKey directory = place.directory();
        return directory != null
                && place.dentry() == Missing.ABSENT
                && tree.names().areExact(directory);
    }

    /** The attributes of what is there under this name and is not known under another; null if they are not known. */
    @Nullable
    FileAttributes knownAttributes(GuestPath path) {
        Place place = resolver.known(path);
        InodeKey directory = place.directory();
        InodeKey inode = place.inode();
        // The root is in none.
        boolean isExact = directory == null || tree.names().areExact(directory);
        return inode == null || !isExact ? null : tree.inode(inode).attributes();
    }

    /** The names in a directory; null if they are not all known. */
    @Nullable
    List<String> knownNames(GuestPath directory) {
        return listings.known(directory);
    }

    boolean isOpen(InodeKey inode) {
        return openFiles.isOpen(inode);
    }

    @Override
    public FileDetails lookup(GuestPath path) throws GuestFilesystemException {
        return lookups.lookup(path);
    }

    @Override
    public FileAttributes getattr(FileReference file) throws GuestFilesystemException {
        return file instanceof GuestPath path ? lookups.lookup(path).attributes() : lookups.getattr((FileHandle) file);
    }

    @Override
    public String readlink(GuestPath path) throws GuestFilesystemException {
        return lookups.readlink(path);
    }

    @Override
    public byte[] getxattr(FileReference file, String name) throws GuestFilesystemException {
        return file instanceof GuestPath path ? lookups.getxattr(path, name) : super.getxattr(file, name);
    }

    @Override
    public List<String> listxattr(FileReference file) throws GuestFilesystemException {
        return file instanceof GuestPath path ? lookups.listxattr(path) : super.listxattr(file);
    }

    @Override
    public DirectoryChunk readDirectory(FileReference directory, int maxBytes) throws GuestFilesystemException {
        return directory instanceof GuestPath path
                ? listings.begin(path, maxBytes)
                : listings.goOn((FileHandle) directory, maxBytes);
    }

    @Override
    public List<Optional<List<DirectoryEntry>>> listTrees(List<GuestPath> roots, boolean byName, int maxDirectories)
            throws GuestFilesystemException {
        return listings.listTrees(roots, byName, maxDirectories);
    }

    @Override
    public void release(FileHandle file) throws GuestFilesystemException {
        if (!listings.release(file)) {
            inodeChanges.release(file);
        }
    }

    @Override
    public OpenedFile open(GuestPath path, OpenFlags flags) throws GuestFilesystemException {
        return inodeChanges.open(path, flags);
    }

    @Override
    public int read(FileHandle file, long offset, ByteBuffer destination) throws GuestFilesystemException {
        return inodeChanges.read(file, offset, destination);
    }

    @Override
    public int write(FileHandle file, long offset, ByteBuffer source) throws GuestFilesystemException {
        return inodeChanges.write(file, offset, source);
    }

    @Override
    public CompletableFuture<List<ChangeOutcome>> changeLater(List<TreeChange> changes) {
        return treeChanges.changeLater(changes);
    }

    @Override
    public void fallocate(FileHandle file, int mode, long offset, long length) throws GuestFilesystemException {
        inodeChanges.fallocate(file, mode, offset, length);
    }

    @Override
    public long copyRange(
            FileHandle source, long sourceOffset, FileHandle destination, long destinationOffset, long length)
            throws GuestFilesystemException {
        return inodeChanges.copyRange(source, sourceOffset, destination, destinationOffset, length);
    }

    @Override
    public void fsync(FileReference file, boolean dataOnly) throws GuestFilesystemException {
        inodeChanges.fsync(file, dataOnly);
    }

    @Override
    public FileAttributes setattr(FileReference file, AttributeChange change) throws GuestFilesystemException {
        return inodeChanges.setattr(file, change);
    }

    @Override
    public void setxattr(FileReference file, String name, byte[] value, XattrMode mode)
            throws GuestFilesystemException {
        inodeChanges.setxattr(file, name, value, mode);
    }

    @Override
    public void removexattr(FileReference file, String name) throws GuestFilesystemException {
        inodeChanges.removexattr(file, name);
    }

    @Override
    public OpenedFile create(GuestPath path, OpenFlags flags, int mode, Credentials owner)
            throws GuestFilesystemException {
        return nameChanges.create(path, flags, mode, owner);
    }

    @Override
    public FileAttributes mkdir(GuestPath path, int mode, Credentials owner) throws GuestFilesystemException {
        return nameChanges.mkdir(path, mode, owner);
    }

    @Override
    public FileAttributes mknod(GuestPath path, int mode, long rdev, Credentials owner)
            throws GuestFilesystemException {
        return nameChanges.mknod(path, mode, rdev, owner);
    }

    @Override
    public FileAttributes symlink(String target, GuestPath path, Credentials owner) throws GuestFilesystemException {
        return nameChanges.symlink(target, path, owner);
    }

    @Override
    public FileAttributes link(FileReference existing, GuestPath path) throws GuestFilesystemException {
        return nameChanges.link(existing, path);
    }

    @Override
    public void unlink(GuestPath path) throws GuestFilesystemException {
        nameChanges.unlink(path);
    }

    @Override
    public void rmdir(GuestPath path) throws GuestFilesystemException {
        nameChanges.rmdir(path);
    }

    @Override
    public void rename(GuestPath from, GuestPath to, RenameMode mode) throws GuestFilesystemException {
        nameChanges.rename(from, to, mode);
    }
}
