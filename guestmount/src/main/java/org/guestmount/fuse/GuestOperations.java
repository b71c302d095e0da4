package org.guestmount.fuse;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.FilesystemStatistics;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InodeKey;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.OpenedFile;
import org.guestmount.core.fs.RenameMode;
import org.guestmount.core.fs.SeekTarget;
import org.guestmount.core.fs.XattrMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the system calls of programs on the mount mean to the guest. Arguments are as the calls have them: flags, modes
 * and masks as numbers of Linux on x86-64.
 *
 * <p>Permissions are the guest root's for whoever may use the mount, unless the kernel checks them
 * ({@code default_permissions}); {@link #access} answers accordingly, so that it agrees with what then works. New files
 * belong to who makes them.
 *
 * <p>Owns: the guest's handles of the files opened through it, see {@link #close}.
 *
 * <p>Every method throws {@link GuestFilesystemException} with the error number of the call. On a read-only mount every
 * change is {@code EROFS} and the guest is not asked.
 */
public final class GuestOperations implements AutoCloseable {
    private static final int X_OK = 1;
    private static final int W_OK = 2;
    private static final int ANY_EXECUTE = 0111;
    private static final int PERMISSIONS = 07777;

    private static final Logger LOG = LoggerFactory.getLogger(GuestOperations.class);

    private final GuestFilesystem filesystem;
    private final boolean readOnly;
    private final InodeNumbers inodeNumbers = new InodeNumbers();
    private final AtomicLong changes = new AtomicLong();
    private final Privileges privileges;

    /** Open files, and whether they are open for writing. */
    private final Map<FileHandle, Boolean> openFiles = new ConcurrentHashMap<>();

    private final Set<DirectoryListing> openDirectories = ConcurrentHashMap.newKeySet();

    public GuestOperations(GuestFilesystem filesystem, boolean readOnly) {
        this.filesystem = readOnly ? new ReadOnlyFilesystem(filesystem) : filesystem;
        this.readOnly = readOnly;
        this.privileges = new Privileges(this.filesystem);
    }

    /** Whether every change is refused. */
    public boolean isReadOnly() {
        return readOnly;
    }

    /** The {@code st_ino} the host is told. */
    public long inodeNumber(InodeKey inode) {
        return inodeNumbers.of(inode);
    }

    public FileAttributes getattr(FileReference file) throws GuestFilesystemException {
        return filesystem.getattr(file);
    }

    /**
     * access(2).
     *
     * @param mask bits of {@code R_OK}, {@code W_OK}, {@code X_OK}
     */
    public void access(FileReference file, int mask) throws GuestFilesystemException {
        FileAttributes attributes = filesystem.getattr(file);
        FileType type = attributes.type();
        boolean kept = type == FileType.REGULAR || type == FileType.DIRECTORY || type == FileType.SYMBOLIC_LINK;
        if ((mask & W_OK) != 0 && readOnly && kept) {
            throw GuestFilesystemException.of(Errno.EROFS, "access", file);
        }
        if ((mask & X_OK) != 0 && type != FileType.DIRECTORY && (attributes.mode() & ANY_EXECUTE) == 0) {
            throw GuestFilesystemException.of(Errno.EACCES, "access", file);
        }
    }

    public String readlink(GuestPath path) throws GuestFilesystemException {
        return filesystem.readlink(path);
    }

    /** open(2); to be ended with {@link #release}. */
    public OpenedFile open(GuestPath path, int flags) throws GuestFilesystemException {
        return open(path, flags, false);
    }

    /**
     * open(2); to be ended with {@link #release}.
     *
     * @param dropsPrivileges whether truncating clears setuid and setgid
     */
    public OpenedFile open(GuestPath path, int flags, boolean dropsPrivileges) throws GuestFilesystemException {
        OpenFlags guestFlags = guestFlags(flags);
        return opened(
                guestFlags,
                dropsPrivileges,
                () -> guestFlags.has(OpenFlags.TRUNC)
                        ? changing(() -> filesystem.open(path, guestFlags))
                        : filesystem.open(path, guestFlags));
    }

    /** open(2) with {@code O_CREAT}. */
    public OpenedFile create(GuestPath path, int flags, int mode, Credentials owner) throws GuestFilesystemException {
        return create(path, flags, mode, owner, false);
    }

    /**
     * open(2) with {@code O_CREAT}.
     *
     * @param dropsPrivileges whether truncating clears setuid and setgid
     */
    public OpenedFile create(GuestPath path, int flags, int mode, Credentials owner, boolean dropsPrivileges)
            throws GuestFilesystemException {
        OpenFlags guestFlags = guestFlags(flags);
        return opened(
                guestFlags,
                dropsPrivileges,
                () -> changing(() -> filesystem.create(path, guestFlags, mode & PERMISSIONS, owner)));
    }

    /**
     * The kernel gives an appending write the offset of the end of the file, and writes back pages changed through a
     * mapping with any handle the file has. A guest's handle that appends would put those at the end.
     */
    private static OpenFlags guestFlags(int flags) {
        return new OpenFlags(flags & ~OpenFlags.APPEND);
    }

    private OpenedFile opened(OpenFlags flags, boolean dropsPrivileges, Change<OpenedFile> open)
            throws GuestFilesystemException {
        long grants = privileges.grants();
        OpenedFile file = open.make();
        openFiles.put(file.handle(), flags.isWritable());
        privileges.opened(file, grants);
        if (dropsPrivileges) {
            dropPrivilegesOrClose(file.handle());
        }
        return file;
    }

    private void dropPrivilegesOrClose(FileHandle file) throws GuestFilesystemException {
        try {
            dropPrivileges(file);
        } catch (GuestFilesystemException e) {
            releaseQuietly(file);
            throw e;
        }
    }

    /** Clears setuid and setgid, as a change of data by anybody but root does. */
    public void dropPrivileges(FileHandle file) throws GuestFilesystemException {
        changing(() -> {
            privileges.drop(file);
            return file;
        });
    }

    public int read(FileHandle file, long offset, ByteBuffer destination) throws GuestFilesystemException {
        return filesystem.read(file, offset, destination);
    }

    public int write(FileHandle file, long offset, ByteBuffer source) throws GuestFilesystemException {
        return changing(() -> filesystem.write(file, offset, source));
    }

    /** close(2) of one of the descriptors of an open file. What was only read has no error to report. */
    public void flush(FileHandle file) throws GuestFilesystemException {
        if (openFiles.getOrDefault(file, false)) {
            filesystem.flush(file);
        }
    }

    /** fsync(2), or fdatasync(2) if {@code dataOnly}, of an open file or a directory. */
    public void fsync(FileReference file, boolean dataOnly) throws GuestFilesystemException {
        filesystem.fsync(file, dataOnly);
    }

    public void release(FileHandle file) throws GuestFilesystemException {
        openFiles.remove(file);
        privileges.released(file);
        filesystem.release(file);
    }

    /** opendir(3); to be ended with {@link #releasedir}. */
    public DirectoryListing opendir(GuestPath path) {
        DirectoryListing listing = new DirectoryListing(filesystem, path, changes);
        openDirectories.add(listing);
        return listing;
    }

    public void releasedir(DirectoryListing listing) throws GuestFilesystemException {
        openDirectories.remove(listing);
        listing.close();
    }

    /** truncate(2), chown(2), chmod(2), utimensat(2) and their like. */
    public FileAttributes setattr(FileReference file, AttributeChange change) throws GuestFilesystemException {
        return setattr(file, change, false);
    }

    /**
     * truncate(2), chown(2), chmod(2), utimensat(2) and their like.
     *
     * @param dropsPrivileges whether the change clears setuid and setgid, which of a chown the guest sees to
     */
    public FileAttributes setattr(FileReference file, AttributeChange change, boolean dropsPrivileges)
            throws GuestFilesystemException {
        return changing(() -> {
            FileAttributes after = privileges.setattr(file, change);
            return dropsPrivileges ? privileges.drop(file, after) : after;
        });
    }

    public void fallocate(FileHandle file, int mode, long offset, long length) throws GuestFilesystemException {
        changing(() -> {
            filesystem.fallocate(file, mode, offset, length);
            return file;
        });
    }

    /** lseek(2) with {@code SEEK_DATA} or {@code SEEK_HOLE}. */
    public long seek(FileHandle file, long offset, int whence) throws GuestFilesystemException {
        for (SeekTarget target : SeekTarget.values()) {
            if (target.whence() == whence) {
                return filesystem.seek(file, offset, target);
            }
        }
        throw GuestFilesystemException.of(Errno.EINVAL, "lseek", file);
    }

    public long copyRange(
            FileHandle source, long sourceOffset, FileHandle destination, long destinationOffset, long length)
            throws GuestFilesystemException {
        return changing(() -> filesystem.copyRange(source, sourceOffset, destination, destinationOffset, length));
    }

    public FileAttributes mkdir(GuestPath path, int mode, Credentials owner) throws GuestFilesystemException {
        return changing(() -> filesystem.mkdir(path, mode & PERMISSIONS, owner));
    }

    public FileAttributes mknod(GuestPath path, int mode, long rdev, Credentials owner)
            throws GuestFilesystemException {
        return changing(() -> filesystem.mknod(path, mode, rdev, owner));
    }

    public FileAttributes symlink(String target, GuestPath path, Credentials owner) throws GuestFilesystemException {
        return changing(() -> filesystem.symlink(target, path, owner));
    }

    public FileAttributes link(FileReference existing, GuestPath path) throws GuestFilesystemException {
        return changing(() -> filesystem.link(existing, path));
    }

    public void unlink(GuestPath path) throws GuestFilesystemException {
        changing(() -> {
            filesystem.unlink(path);
            return path;
        });
    }

    public void rmdir(GuestPath path) throws GuestFilesystemException {
        changing(() -> {
            filesystem.rmdir(path);
            return path;
        });
    }

    public void rename(GuestPath from, GuestPath to, RenameMode mode) throws GuestFilesystemException {
        changing(() -> {
            filesystem.rename(from, to, mode);
            return to;
        });
    }

    public byte[] getxattr(FileReference file, String name) throws GuestFilesystemException {
        return filesystem.getxattr(file, name);
    }

    /** listxattr(2): the names, each ended by a NUL. */
    public byte[] listxattr(FileReference file) throws GuestFilesystemException {
        StringBuilder names = new StringBuilder();
        for (String name : filesystem.listxattr(file)) {
            names.append(name).append('\0');
        }
        return names.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** setxattr(2). */
    public void setxattr(FileReference file, String name, byte[] value, int flags) throws GuestFilesystemException {
        XattrMode mode = switch (flags) {
            case 0 -> XattrMode.CREATE_OR_REPLACE;
            case 1 -> XattrMode.CREATE;
            case 2 -> XattrMode.REPLACE;
            default -> throw GuestFilesystemException.of(Errno.EINVAL, "setxattr", file);
        };
        changing(() -> {
            filesystem.setxattr(file, name, value, mode);
            return file;
        });
    }

    public void removexattr(FileReference file, String name) throws GuestFilesystemException {
        changing(() -> {
            filesystem.removexattr(file, name);
            return file;
        });
    }

    public FilesystemStatistics statfs(GuestPath path) throws GuestFilesystemException {
        return filesystem.statfs(path);
    }

    /**
     * Releases in the guest what programs left open, as the kernel does not when a mount is cut off. No operation may
     * be under way.
     */
    @Override
    public void close() {
        openFiles.keySet().forEach(this::releaseQuietly);
        openDirectories.forEach(this::releasedirQuietly);
    }

    /** Releases a file where nobody is left to be told of an error. */
    public void releaseQuietly(FileHandle file) {
        try {
            release(file);
        } catch (GuestFilesystemException e) {
            LOG.debug("closing a file: {}", e.getMessage());
        }
    }

    /** Releases a listing where nobody is left to be told of an error. */
    public void releasedirQuietly(DirectoryListing listing) {
        try {
            releasedir(listing);
        } catch (GuestFilesystemException e) {
            LOG.debug("closing a listing: {}", e.getMessage());
        }
    }

    @FunctionalInterface
    private interface Change<T> {
        T make() throws GuestFilesystemException;
    }

    /** Counts a change before it begins and after it has ended, so that what overlaps it notices. */
    private <T> T changing(Change<T> change) throws GuestFilesystemException {
        changes.incrementAndGet();
        try {
            return change.make();
        } finally {
            changes.incrementAndGet();
        }
    }
}
