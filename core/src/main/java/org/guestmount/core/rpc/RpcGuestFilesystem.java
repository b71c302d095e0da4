package org.guestmount.core.rpc;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.ChangeOutcome;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.DirectoryChunk;
import org.guestmount.core.fs.DirectoryEntry;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileDetails;
import org.guestmount.core.fs.FileExtent;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.FileUpdate;
import org.guestmount.core.fs.FilesystemStatistics;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.OpenedFile;
import org.guestmount.core.fs.RenameMode;
import org.guestmount.core.fs.SeekTarget;
import org.guestmount.core.fs.TreeChange;
import org.guestmount.core.fs.TreeChange.MakeFile;
import org.guestmount.core.fs.XattrMode;
import org.guestmount.core.protocol.WindowPart;
import org.guestmount.core.protocol.message.ChangeTree;
import org.guestmount.core.protocol.message.CopyRange;
import org.guestmount.core.protocol.message.Create;
import org.guestmount.core.protocol.message.Fallocate;
import org.guestmount.core.protocol.message.Flush;
import org.guestmount.core.protocol.message.Fsync;
import org.guestmount.core.protocol.message.Getattr;
import org.guestmount.core.protocol.message.Getxattr;
import org.guestmount.core.protocol.message.Link;
import org.guestmount.core.protocol.message.ListTrees;
import org.guestmount.core.protocol.message.Listxattr;
import org.guestmount.core.protocol.message.Lookup;
import org.guestmount.core.protocol.message.MapExtents;
import org.guestmount.core.protocol.message.MapSmallFiles;
import org.guestmount.core.protocol.message.Mkdir;
import org.guestmount.core.protocol.message.Mknod;
import org.guestmount.core.protocol.message.Open;
import org.guestmount.core.protocol.message.Read;
import org.guestmount.core.protocol.message.ReadDirectory;
import org.guestmount.core.protocol.message.ReadIntoWindow;
import org.guestmount.core.protocol.message.ReadSmallFiles;
import org.guestmount.core.protocol.message.Readlink;
import org.guestmount.core.protocol.message.Release;
import org.guestmount.core.protocol.message.Removexattr;
import org.guestmount.core.protocol.message.Rename;
import org.guestmount.core.protocol.message.Rmdir;
import org.guestmount.core.protocol.message.Seek;
import org.guestmount.core.protocol.message.Setattr;
import org.guestmount.core.protocol.message.Setxattr;
import org.guestmount.core.protocol.message.Statfs;
import org.guestmount.core.protocol.message.Symlink;
import org.guestmount.core.protocol.message.Sync;
import org.guestmount.core.protocol.message.Unlink;
import org.guestmount.core.protocol.message.UpdateFile;
import org.guestmount.core.protocol.message.UpdateFromWindow;
import org.guestmount.core.protocol.message.Write;
import org.guestmount.core.protocol.message.WriteFromWindow;
import org.jspecify.annotations.Nullable;

/**
 * The guest's filesystems by asking the daemon: one round trip for each method.
 *
 * <p>What the guest answers is not trusted: a count of more than was asked for is {@code EIO}.
 */
public final class RpcGuestFilesystem implements GuestFilesystem {
    /** What is less goes faster in the message itself. */
    private static final int LEAST_IN_WINDOW_BYTES = 4 << 10;

    private final DaemonChannel channel;
    private final DataWindow window;

    /** What is open, and whether it may write: closing that gives back space and may fail. */
    private final Map<FileHandle, Boolean> handles = new ConcurrentHashMap<>();

    /**
     * A view of a connection.
     *
     * @param channel stays the caller's to close
     */
    public RpcGuestFilesystem(DaemonChannel channel) {
        this(channel, DataWindow.none());
    }

    /**
     * A view of a connection to a guest with which memory is shared.
     *
     * @param channel stays the caller's to close
     * @param window not used unless the guest has all of it
     */
    public RpcGuestFilesystem(DaemonChannel channel, DataWindow window) {
        this.channel = channel;
        this.window = channel.daemonHello().windowBytes() == window.bytes() ? window : DataWindow.none();
    }

    @Override
    public FileDetails lookup(GuestPath path) throws GuestFilesystemException {
        return channel.call(new Lookup(path));
    }

    @Override
    public FileAttributes getattr(FileReference file) throws GuestFilesystemException {
        return channel.call(new Getattr(file));
    }

    @Override
    public DirectoryChunk readDirectory(FileReference directory, int maxBytes) throws GuestFilesystemException {
        DirectoryChunk chunk = channel.callToOpen(new ReadDirectory(directory, maxBytes), DirectoryChunk::next);
        if (directory instanceof FileHandle handle) {
            handles.remove(handle);
        }
        if (chunk.next() != null) {
            handles.put(chunk.next(), false);
        }
        return chunk;
    }

    @Override
    public List<Optional<List<DirectoryEntry>>> listTrees(List<GuestPath> roots, boolean byName, int maxDirectories)
            throws GuestFilesystemException {
        return channel.call(new ListTrees(roots, byName, maxDirectories));
    }

    @Override
    public String readlink(GuestPath path) throws GuestFilesystemException {
        return channel.call(new Readlink(path));
    }

    @Override
    public OpenedFile open(GuestPath path, OpenFlags flags) throws GuestFilesystemException {
        return opened(flags, channel.callToOpen(new Open(path, flags), OpenedFile::handle));
    }

    @Override
    public OpenedFile create(GuestPath path, OpenFlags flags, int mode, Credentials owner)
            throws GuestFilesystemException {
        return opened(flags, channel.callToOpen(new Create(path, flags, mode, owner), OpenedFile::handle));
    }

    private OpenedFile opened(OpenFlags flags, OpenedFile file) {
        handles.put(file.handle(), flags.isWritable());
        return file;
    }

    @Override
    public int read(FileHandle file, long offset, ByteBuffer destination) throws GuestFilesystemException {
        int asked = destination.remaining();
        DataWindow.Slot slot = slotFor(asked);
        if (slot != null) {
            return channel.callLending(
                    new ReadIntoWindow(file, offset, slot.part(asked)),
                    read -> {
                        int count = (int) checkCount(read, asked);
                        destination.put(slot.data(count));
                        return count;
                    },
                    slot::free);
        }
        ByteBuffer data = channel.call(new Read(file, offset, asked));
        int count = (int) checkCount(data.remaining(), asked);
        destination.put(data);
        return count;
    }

    @Override
    public List<Optional<ByteBuffer>> readSmallFiles(GuestPath directory, List<String> names)
            throws GuestFilesystemException {
        return oneForEach(names, channel.call(new ReadSmallFiles(directory, names)));
    }

    @Override
    public int write(FileHandle file, long offset, ByteBuffer source) throws GuestFilesystemException {
        int asked = source.remaining();
        DataWindow.Slot slot = slotFor(asked);
        int count;
        if (slot == null) {
            count = (int) checkCount(channel.call(new Write(file, offset, source)), asked);
        } else {
            slot.data(asked).put(source.duplicate());
            count = channel.callLending(
                    new WriteFromWindow(file, offset, slot.part(asked)),
                    written -> (int) checkCount(written, asked),
                    slot::free);
        }
        source.position(source.position() + count);
        return count;
    }

    /** Memory for a transfer of so many bytes; null if the message has to carry them. */
    private DataWindow.@Nullable Slot slotFor(int bytes) {
        return bytes < LEAST_IN_WINDOW_BYTES || bytes > GuestFilesystem.MAX_TRANSFER_BYTES ? null : window.take();
    }

    @Override
    public void flush(FileHandle file) throws GuestFilesystemException {
        channel.call(new Flush(file));
    }

    @Override
    public void fsync(FileReference file, boolean dataOnly) throws GuestFilesystemException {
        channel.call(new Fsync(file, dataOnly));
    }

    @Override
    public void release(FileHandle file) throws GuestFilesystemException {
        Boolean writable = handles.remove(file);
        if (Boolean.FALSE.equals(writable)) {
            // Closing what was only read changes nothing and cannot fail.
            channel.submitLate(new Release(file));
        } else {
            channel.call(new Release(file));
        }
    }

    @Override
    public FileAttributes setattr(FileReference file, AttributeChange change) throws GuestFilesystemException {
        return channel.call(new Setattr(file, change));
    }

    @Override
    public CompletableFuture<Void> updateLater(FileUpdate update) {
        if (update.release()) {
            handles.remove(update.file());
        }
        int bytes = update.data().remaining();
        DataWindow.Slot slot = slotFor(bytes);
        if (slot == null) {
            return channel.submit(new UpdateFile(update)).thenAccept(done -> {});
        }
        slot.data(bytes).put(update.data().duplicate());
        UpdateFromWindow request = new UpdateFromWindow(
                update.file(), update.offset(), slot.part(bytes), update.change(), update.release());
        return channel.submit(request)
                .whenComplete((done, failure) -> slot.free())
                .thenAccept(done -> {});
    }

    @Override
    public CompletableFuture<List<ChangeOutcome>> changeLater(List<TreeChange> changes) {
        int bytes = changes.stream().mapToInt(RpcGuestFilesystem::contentBytes).sum();
        DataWindow.Slot slot = slotFor(bytes);
        CompletableFuture<List<ChangeOutcome>> done = slot == null
                ? channel.submit(new ChangeTree(changes, List.of()))
                : channel.submit(throughWindow(
                                changes, slot.data(bytes), slot.part(bytes).start()))
                        .whenComplete((outcomes, failure) -> slot.free());
        return done.thenCompose(outcomes -> {
            try {
                return CompletableFuture.completedFuture(oneForEach(changes, outcomes));
            } catch (GuestFilesystemException e) {
                return CompletableFuture.failedFuture(e);
            }
        });
    }

    private static ChangeTree throughWindow(List<TreeChange> changes, ByteBuffer data, int start) {
        List<TreeChange> named = new ArrayList<>(changes.size());
        List<WindowPart> parts = new ArrayList<>(changes.size());
        for (TreeChange change : changes) {
            if (change instanceof MakeFile file) {
                parts.add(new WindowPart(start + data.position(), file.data().remaining()));
                data.put(file.data().duplicate());
                named.add(file.with(ByteBuffer.allocate(0)));
            } else {
                named.add(change);
            }
        }
        return new ChangeTree(named, parts);
    }

    private static int contentBytes(TreeChange change) {
        return change instanceof MakeFile file ? file.data().remaining() : 0;
    }

    @Override
    public void fallocate(FileHandle file, int mode, long offset, long length) throws GuestFilesystemException {
        channel.call(new Fallocate(file, mode, offset, length));
    }

    @Override
    public long seek(FileHandle file, long offset, SeekTarget target) throws GuestFilesystemException {
        return channel.call(new Seek(file, offset, target));
    }

    @Override
    public List<FileExtent> mapExtents(FileHandle file, long offset) throws GuestFilesystemException {
        List<FileExtent> extents = checkGaps(channel.call(new MapExtents(file, offset)), offset);
        if (extents.isEmpty()) {
            throw new GuestFilesystemException(Errno.EIO, "the guest tells of no extents at " + offset);
        }
        return extents;
    }

    @Override
    public List<List<FileExtent>> mapSmallFiles(GuestPath directory, List<String> names)
            throws GuestFilesystemException {
        List<List<FileExtent>> files = oneForEach(names, channel.call(new MapSmallFiles(directory, names)));
        for (List<FileExtent> extents : files) {
            checkGaps(extents, 0);
        }
        return files;
    }

    private static List<FileExtent> checkGaps(List<FileExtent> extents, long offset) throws GuestFilesystemException {
        long end = offset;
        for (FileExtent extent : extents) {
            if (extent.offset() != end) {
                throw new GuestFilesystemException(Errno.EIO, "the guest tells of extents with a gap at " + end);
            }
            end = extent.end();
        }
        return extents;
    }

    @Override
    public long copyRange(
            FileHandle source, long sourceOffset, FileHandle destination, long destinationOffset, long length)
            throws GuestFilesystemException {
        long copied = channel.call(new CopyRange(source, sourceOffset, destination, destinationOffset, length));
        return checkCount(copied, length);
    }

    @Override
    public FileAttributes mkdir(GuestPath path, int mode, Credentials owner) throws GuestFilesystemException {
        return channel.call(new Mkdir(path, mode, owner));
    }

    @Override
    public FileAttributes mknod(GuestPath path, int mode, long rdev, Credentials owner)
            throws GuestFilesystemException {
        return channel.call(new Mknod(path, mode, rdev, owner));
    }

    @Override
    public FileAttributes symlink(String target, GuestPath path, Credentials owner) throws GuestFilesystemException {
        return channel.call(new Symlink(target, path, owner));
    }

    @Override
    public FileAttributes link(FileReference existing, GuestPath path) throws GuestFilesystemException {
        return channel.call(new Link(existing, path));
    }

    @Override
    public void unlink(GuestPath path) throws GuestFilesystemException {
        channel.call(new Unlink(path));
    }

    @Override
    public void rmdir(GuestPath path) throws GuestFilesystemException {
        channel.call(new Rmdir(path));
    }

    @Override
    public void rename(GuestPath from, GuestPath to, RenameMode mode) throws GuestFilesystemException {
        channel.call(new Rename(from, to, mode));
    }

    @Override
    public byte[] getxattr(FileReference file, String name) throws GuestFilesystemException {
        ByteBuffer value = channel.call(new Getxattr(file, name));
        byte[] bytes = new byte[value.remaining()];
        value.get(bytes);
        return bytes;
    }

    @Override
    public List<String> listxattr(FileReference file) throws GuestFilesystemException {
        return channel.call(new Listxattr(file));
    }

    @Override
    public void setxattr(FileReference file, String name, byte[] value, XattrMode mode)
            throws GuestFilesystemException {
        channel.call(new Setxattr(file, name, ByteBuffer.wrap(value), mode));
    }

    @Override
    public void removexattr(FileReference file, String name) throws GuestFilesystemException {
        channel.call(new Removexattr(file, name));
    }

    @Override
    public FilesystemStatistics statfs(GuestPath path) throws GuestFilesystemException {
        return channel.call(new Statfs(path));
    }

    @Override
    public void sync() throws GuestFilesystemException {
        channel.call(new Sync());
    }

    @Override
    public void close() {}

    private static <T> List<T> oneForEach(List<?> asked, List<T> answers) throws GuestFilesystemException {
        if (answers.size() != asked.size()) {
            throw new GuestFilesystemException(
                    Errno.EIO,
                    "the guest gives " + answers.size() + " answers where " + asked.size() + " were asked for");
        }
        return answers;
    }

    private static long checkCount(long count, long asked) throws GuestFilesystemException {
        if (count < 0 || count > asked) {
            throw new GuestFilesystemException(
                    Errno.EIO, "the guest says " + count + " bytes where " + asked + " were asked for");
        }
        return count;
    }
}
