package org.guestmount.core.fs;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Records every operation that reaches a backend, one line each: the method's name, then what it was done on, then what
 * tells it apart. A handle is shown as the path it was opened by. For example {@code lookup /a},
 * {@code read /a 4096+512}, {@code readDirectory /}, {@code rename /a /b}. An operation is recorded before it is done,
 * whether or not it fails.
 *
 * <p>Meant to be compared as a multiset: {@code assertThat(backend.take()).containsExactlyInAnyOrder(…)}.
 */
public final class RecordingGuestFilesystem extends ForwardingGuestFilesystem {
    private final GuestFilesystem delegate;
    private final Map<FileHandle, String> opened = new ConcurrentHashMap<>();

    @GuardedBy("operations")
    private final List<String> operations = new ArrayList<>();

    public RecordingGuestFilesystem(GuestFilesystem delegate) {
        super(delegate);
        this.delegate = delegate;
    }

    /** All operations since the last {@link #take}, in the order they came. */
    public List<String> operations() {
        synchronized (operations) {
            return List.copyOf(operations);
        }
    }

    /** The operations so far, which are then forgotten. */
    public List<String> take() {
        synchronized (operations) {
            List<String> taken = List.copyOf(operations);
            operations.clear();
            return taken;
        }
    }

    private void record(String operation) {
        synchronized (operations) {
            operations.add(operation);
        }
    }

    private void record(String name, Object subject) {
        record(name + " " + subject);
    }

    private String shown(FileReference file) {
        return file instanceof FileHandle handle ? opened.getOrDefault(handle, handle.toString()) : file.toString();
    }

    @Override
    public FileDetails lookup(GuestPath path) throws GuestFilesystemException {
        record("lookup", path);
        return super.lookup(path);
    }

    @Override
    public FileAttributes getattr(FileReference file) throws GuestFilesystemException {
        record("getattr", shown(file));
        return super.getattr(file);
    }

    @Override
    public List<Optional<ByteBuffer>> readSmallFiles(GuestPath directory, List<String> names)
            throws GuestFilesystemException {
        record("readSmallFiles " + directory + " " + String.join(" ", names));
        return super.readSmallFiles(directory, names);
    }

    @Override
    public List<List<FileExtent>> mapSmallFiles(GuestPath directory, List<String> names)
            throws GuestFilesystemException {
        record("mapSmallFiles " + directory + " " + String.join(" ", names));
        return super.mapSmallFiles(directory, names);
    }

    @Override
    public DirectoryChunk readDirectory(FileReference directory, int maxBytes) throws GuestFilesystemException {
        String shown = shown(directory);
        record("readDirectory", shown);
        DirectoryChunk chunk = super.readDirectory(directory, maxBytes);
        if (directory instanceof FileHandle handle) {
            opened.remove(handle);
        }
        if (chunk.next() != null) {
            opened.put(chunk.next(), shown);
        }
        return chunk;
    }

    @Override
    public List<Optional<List<DirectoryEntry>>> listTrees(List<GuestPath> roots, boolean byName, int maxDirectories)
            throws GuestFilesystemException {
        record("listTrees " + roots.stream().map(GuestPath::toString).collect(Collectors.joining(" ")));
        return super.listTrees(roots, byName, maxDirectories);
    }

    @Override
    public String readlink(GuestPath path) throws GuestFilesystemException {
        record("readlink", path);
        return super.readlink(path);
    }

    @Override
    public OpenedFile open(GuestPath path, OpenFlags flags) throws GuestFilesystemException {
        record("open", path);
        OpenedFile file = super.open(path, flags);
        opened.put(file.handle(), path.toString());
        return file;
    }

    @Override
    public OpenedFile create(GuestPath path, OpenFlags flags, int mode, Credentials owner)
            throws GuestFilesystemException {
        record("create", path);
        OpenedFile file = super.create(path, flags, mode, owner);
        opened.put(file.handle(), path.toString());
        return file;
    }

    @Override
    public int read(FileHandle file, long offset, ByteBuffer destination) throws GuestFilesystemException {
        record("read", shown(file) + " " + offset + "+" + destination.remaining());
        return super.read(file, offset, destination);
    }

    @Override
    public int write(FileHandle file, long offset, ByteBuffer source) throws GuestFilesystemException {
        record("write", shown(file) + " " + offset + "+" + source.remaining());
        return super.write(file, offset, source);
    }

    @Override
    public void flush(FileHandle file) throws GuestFilesystemException {
        record("flush", shown(file));
        super.flush(file);
    }

    @Override
    public void fsync(FileReference file, boolean dataOnly) throws GuestFilesystemException {
        record(dataOnly ? "fdatasync" : "fsync", shown(file));
        super.fsync(file, dataOnly);
    }

    @Override
    public void release(FileHandle file) throws GuestFilesystemException {
        record("release", shown(file));
        opened.remove(file);
        super.release(file);
    }

    @Override
    public FileAttributes setattr(FileReference file, AttributeChange change) throws GuestFilesystemException {
        record("setattr", shown(file));
        return super.setattr(file, change);
    }

    /** Shown as {@code update /a 0+512}, then {@code setattr} and {@code release} if that is part of it. */
    @Override
    public CompletableFuture<Void> updateLater(FileUpdate update) {
        record("update " + shown(update.file()) + " " + update.offset() + "+"
                + update.data().remaining() + (update.change().isNone() ? "" : " setattr")
                + (update.release() ? " release" : ""));
        if (update.release()) {
            opened.remove(update.file());
        }
        return delegate.updateLater(update);
    }

    /** Shown as {@code changes MakeFile /a Unlink /b}. */
    @Override
    public CompletableFuture<List<ChangeOutcome>> changeLater(List<TreeChange> changes) {
        StringBuilder shown = new StringBuilder("changes");
        for (TreeChange change : changes) {
            shown.append(' ')
                    .append(change.getClass().getSimpleName())
                    .append(' ')
                    .append(change.path());
        }
        record(shown.toString());
        return delegate.changeLater(changes);
    }

    @Override
    public void fallocate(FileHandle file, int mode, long offset, long length) throws GuestFilesystemException {
        record("fallocate", shown(file) + " " + offset + "+" + length);
        super.fallocate(file, mode, offset, length);
    }

    @Override
    public long seek(FileHandle file, long offset, SeekTarget target) throws GuestFilesystemException {
        record("seek", shown(file) + " " + offset + " " + target);
        return super.seek(file, offset, target);
    }

    @Override
    public long copyRange(
            FileHandle source, long sourceOffset, FileHandle destination, long destinationOffset, long length)
            throws GuestFilesystemException {
        record("copyRange", shown(source) + " " + sourceOffset + "+" + length + " " + shown(destination));
        return super.copyRange(source, sourceOffset, destination, destinationOffset, length);
    }

    @Override
    public FileAttributes mkdir(GuestPath path, int mode, Credentials owner) throws GuestFilesystemException {
        record("mkdir", path);
        return super.mkdir(path, mode, owner);
    }

    @Override
    public FileAttributes mknod(GuestPath path, int mode, long rdev, Credentials owner)
            throws GuestFilesystemException {
        record("mknod", path);
        return super.mknod(path, mode, rdev, owner);
    }

    @Override
    public FileAttributes symlink(String target, GuestPath path, Credentials owner) throws GuestFilesystemException {
        record("symlink", path);
        return super.symlink(target, path, owner);
    }

    @Override
    public FileAttributes link(FileReference existing, GuestPath path) throws GuestFilesystemException {
        record("link", shown(existing) + " " + path);
        return super.link(existing, path);
    }

    @Override
    public void unlink(GuestPath path) throws GuestFilesystemException {
        record("unlink", path);
        super.unlink(path);
    }

    @Override
    public void rmdir(GuestPath path) throws GuestFilesystemException {
        record("rmdir", path);
        super.rmdir(path);
    }

    @Override
    public void rename(GuestPath from, GuestPath to, RenameMode mode) throws GuestFilesystemException {
        record("rename", from + " " + to);
        super.rename(from, to, mode);
    }

    @Override
    public byte[] getxattr(FileReference file, String name) throws GuestFilesystemException {
        record("getxattr", shown(file) + " " + name);
        return super.getxattr(file, name);
    }

    @Override
    public List<String> listxattr(FileReference file) throws GuestFilesystemException {
        record("listxattr", shown(file));
        return super.listxattr(file);
    }

    @Override
    public void setxattr(FileReference file, String name, byte[] value, XattrMode mode)
            throws GuestFilesystemException {
        record("setxattr", shown(file) + " " + name);
        super.setxattr(file, name, value, mode);
    }

    @Override
    public void removexattr(FileReference file, String name) throws GuestFilesystemException {
        record("removexattr", shown(file) + " " + name);
        super.removexattr(file, name);
    }

    @Override
    public FilesystemStatistics statfs(GuestPath path) throws GuestFilesystemException {
        record("statfs", path);
        return super.statfs(path);
    }

    @Override
    public void sync() throws GuestFilesystemException {
        record("sync");
        super.sync();
    }
}
