package org.guestmount.core.fs;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The guest's mounted filesystems as one tree. The daemon implements it with system calls, the RPC client by asking the
 * daemon, the cache by asking another of its kind.
 *
 * <p><b>Errors.</b> Every method throws {@link GuestFilesystemException} with the errno that the Linux system call
 * named in its documentation gives for the same condition; only what differs is said below. A lost guest is
 * {@code EIO}.
 *
 * <p><b>Paths</b> are resolved within the guest's tree whatever its symbolic links say, and a final symbolic link is
 * never followed.
 *
 * <p><b>Permissions</b> are not checked: operations are done with all of root's capabilities.
 *
 * <p><b>Threads.</b> All methods may be called from any thread. Calls that overlap are done in no particular order.
 */
public interface GuestFilesystem extends AutoCloseable {
    /** The most that one {@link #read} or {@link #write} is asked to carry, in bytes. */
    int MAX_TRANSFER_BYTES = 1 << 20;

    /** Files up to this size may be read whole when they are opened, in bytes. */
    int SMALL_FILE_BYTES = 1 << 16;

    /** What the changes of one {@link #changeLater} may take without their data, each its path and {@link #CHANGE_BYTES}, in bytes. */
    int MAX_CHANGES_BYTES = 1 << 17;

    /** What a change takes beside its path and data, at most, in bytes. */
    int CHANGE_BYTES = 128;

    /** A directory whose listing takes no more, about, in bytes, is listed together with others. */
    int SMALL_DIRECTORY_BYTES = 1 << 17;

    /** Attributes, link target and whether there are xattrs: lstat(2), readlink(2), llistxattr(2) in one. */
    FileDetails lookup(GuestPath path) throws GuestFilesystemException;

    /** lstat(2) or fstat(2). */
    FileAttributes getattr(FileReference file) throws GuestFilesystemException;

    /**
     * Lists a directory with the details of each entry: getdents64(2). An entry removed meanwhile is left out.
     *
     * @param directory a path to begin, or the {@link DirectoryChunk#next} of the part before to go on
     * @param maxBytes about how large the encoded part may become, in bytes, 1 to {@link #MAX_TRANSFER_BYTES};
     *     at least one entry whatever its size
     */
    DirectoryChunk readDirectory(FileReference directory, int maxBytes) throws GuestFilesystemException;

    /**
     * The whole listings of directories and of those below them, in the order of {@link DepthFirst}.
     *
     * @param maxDirectories how many are listed at most, at least 1
     * @return as many as did not make the result larger than {@link #MAX_TRANSFER_BYTES}; an absent value of a directory that cannot be listed
     *     or whose listing is larger than {@link #SMALL_DIRECTORY_BYTES}, which is not entered
     */
    List<Optional<List<DirectoryEntry>>> listTrees(List<GuestPath> roots, boolean byName, int maxDirectories)
            throws GuestFilesystemException;

    /** readlink(2): the target's bytes, whole. */
    String readlink(GuestPath path) throws GuestFilesystemException;

    /** open(2) of an existing file, {@code ELOOP} for a symbolic link. A fifo or device node is {@code ENXIO}. */
    OpenedFile open(GuestPath path, OpenFlags flags) throws GuestFilesystemException;

    /**
     * open(2) with {@code O_CREAT}; with {@link OpenFlags#EXCL} only if it does not exist.
     *
     * @param mode permission bits, 0 to 07777; no umask is applied
     */
    OpenedFile create(GuestPath path, OpenFlags flags, int mode, Credentials owner) throws GuestFilesystemException;

    /**
     * pread(2) into the buffer's remaining space, which is at most {@link #MAX_TRANSFER_BYTES}. The buffer's position
     * moves by what was read.
     *
     * @param offset in bytes, at least 0
     * @return how much was read; less than asked only at the end of the file
     */
    int read(FileHandle file, long offset, ByteBuffer destination) throws GuestFilesystemException;

    /**
     * The contents of several small files of a directory: open(2), read(2) and close(2) of each.
     *
     * @return for each name its whole contents; an absent value of what is no regular file, is larger than
     *     {@link #SMALL_FILE_BYTES}, cannot be read, or would make the result larger than {@link #MAX_TRANSFER_BYTES}
     */
    List<Optional<ByteBuffer>> readSmallFiles(GuestPath directory, List<String> names) throws GuestFilesystemException;

    /**
     * pwrite(2) of the buffer's remaining bytes, at most {@link #MAX_TRANSFER_BYTES}; at the end of the file, whatever
     * the offset, if it was opened with {@link OpenFlags#APPEND}. The buffer's position moves by what was written.
     *
     * @return how much was written; less than asked only where an error came after some was
     */
    int write(FileHandle file, long offset, ByteBuffer source) throws GuestFilesystemException;

    /** A descriptor of the file was closed: reports an error not yet reported. Nothing becomes durable by it. */
    void flush(FileHandle file) throws GuestFilesystemException;

    /**
     * fsync(2), or fdatasync(2) if {@code dataOnly}: what was written is on the host's disk when it returns. For a
     * directory, give its path.
     */
    void fsync(FileReference file, boolean dataOnly) throws GuestFilesystemException;

    /** Closes a file or gives up a listing. The handle is gone whether or not an error is thrown. */
    void release(FileHandle file) throws GuestFilesystemException;

    /**
     * truncate(2), chown(2), chmod(2) and utimensat(2) in that order, on a symbolic link itself where Linux can.
     *
     * @return the attributes after the change
     */
    FileAttributes setattr(FileReference file, AttributeChange change) throws GuestFilesystemException;

    /**
     * Does what is to be done with a file, perhaps after this has returned, when the data is the caller's again. Updates of
     * one file that are under way at the same time are done in any order.
     *
     * @return completed when all is done, on a thread that must not be blocked; fails with the first
     *     {@link GuestFilesystemException}
     */
    default CompletableFuture<Void> updateLater(FileUpdate update) {
        try {
            update.applyTo(this);
            return CompletableFuture.completedFuture(null);
        } catch (GuestFilesystemException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Does changes of the tree one after the other, whatever comes of those before, perhaps after this has returned, when
     * their data is the caller's again.
     *
     * @param changes with at most {@link #MAX_TRANSFER_BYTES} of data together, and paths that fit into a message beside it, see
     *     {@link #MAX_CHANGES_BYTES}
     * @return what came of each, on a thread that must not be blocked; fails only if the guest is lost
     */
    default CompletableFuture<List<ChangeOutcome>> changeLater(List<TreeChange> changes) {
        return CompletableFuture.completedFuture(
                changes.stream().map(change -> ChangeOutcome.of(change, this)).toList());
    }

    /**
     * fallocate(2).
     *
     * @param mode its {@code FALLOC_FL_*} bits, passed on as they are
     */
    void fallocate(FileHandle file, int mode, long offset, long length) throws GuestFilesystemException;

    /** lseek(2) for data or a hole; {@code ENXIO} past the end, or past the last data. */
    long seek(FileHandle file, long offset, SeekTarget target) throws GuestFilesystemException;

    /**
     * Where a file's data is, from an offset on: extents in order and without gaps, at least one. What is past the end of the file
     * reads as zeros in it. The last extent ends at {@link Long#MAX_VALUE} unless there are more than are told at once.
     *
     * <p>It holds until the file is changed: FIEMAP, with what was written on the drive.
     *
     * @param offset in bytes, at least 0
     */
    List<FileExtent> mapExtents(FileHandle file, long offset) throws GuestFilesystemException;

    /**
     * As {@link #mapExtents}, of several small files of a directory.
     *
     * @return for each name the extents from its beginning on, or none if they are many or cannot be told
     */
    List<List<FileExtent>> mapSmallFiles(GuestPath directory, List<String> names) throws GuestFilesystemException;

    /**
     * copy_file_range(2).
     *
     * @return how much was copied; 0 only at the end of the source
     */
    long copyRange(FileHandle source, long sourceOffset, FileHandle destination, long destinationOffset, long length)
            throws GuestFilesystemException;

    /** mkdir(2); no umask is applied. */
    FileAttributes mkdir(GuestPath path, int mode, Credentials owner) throws GuestFilesystemException;

    /**
     * mknod(2) of a fifo, socket, device or empty regular file; no umask is applied.
     *
     * @param mode type and permission bits
     * @param rdev for a device, its number in the kernel's 64-bit encoding
     */
    FileAttributes mknod(GuestPath path, int mode, long rdev, Credentials owner) throws GuestFilesystemException;

    /** symlink(2). */
    FileAttributes symlink(String target, GuestPath path, Credentials owner) throws GuestFilesystemException;

    /**
     * link(2); a symbolic link is linked itself.
     *
     * @return the inode's attributes after it
     */
    FileAttributes link(FileReference existing, GuestPath path) throws GuestFilesystemException;

    /** unlink(2). Open handles go on working. */
    void unlink(GuestPath path) throws GuestFilesystemException;

    /** rmdir(2). */
    void rmdir(GuestPath path) throws GuestFilesystemException;

    /** renameat2(2). */
    void rename(GuestPath from, GuestPath to, RenameMode mode) throws GuestFilesystemException;

    /** lgetxattr(2): the whole value; {@code ENODATA} if there is none of that name. */
    byte[] getxattr(FileReference file, String name) throws GuestFilesystemException;

    /** llistxattr(2). */
    List<String> listxattr(FileReference file) throws GuestFilesystemException;

    /** lsetxattr(2). */
    void setxattr(FileReference file, String name, byte[] value, XattrMode mode) throws GuestFilesystemException;

    /** lremovexattr(2). */
    void removexattr(FileReference file, String name) throws GuestFilesystemException;

    /** statvfs(3) of the filesystem the path is on. */
    FilesystemStatistics statfs(GuestPath path) throws GuestFilesystemException;

    /** syncfs(2) of every mounted filesystem: all that was written is on the host's disk when it returns. */
    void sync() throws GuestFilesystemException;

    /** Gives up what this object holds; the guest's filesystems stay mounted. */
    @Override
    void close() throws GuestFilesystemException;
}
