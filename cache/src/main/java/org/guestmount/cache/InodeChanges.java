package org.guestmount.cache;

import java.nio.ByteBuffer;
import java.util.function.UnaryOperator;
import org.guestmount.cache.Dentry.Present;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InodeKey;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.OpenedFile;
import org.guestmount.core.fs.XattrMode;

/** The operations that change an inode but no name, and those on open files. */
final class InodeChanges {
    private final GuestFilesystem guest;
    private final TreeCache tree;
    private final Resolver resolver;
    private final OpenFiles openFiles;

    InodeChanges(GuestFilesystem guest, TreeCache tree, Resolver resolver, OpenFiles openFiles) {
        this.guest = guest;
        this.tree = tree;
        this.resolver = resolver;
        this.openFiles = openFiles;
    }

    OpenedFile open(GuestPath path, OpenFlags flags) throws GuestFilesystemException {
        return flags.has(OpenFlags.TRUNC) ? openTruncating(path, flags) : openAsIs(path, flags);
    }

    private OpenedFile openAsIs(GuestPath path, OpenFlags flags) throws GuestFilesystemException {
        try (Operation operation = tree.begin(path)) {
            Place place = resolver.known(path);
            long changes = openFiles.changes();
            OpenedFile opened = guest.open(path, flags);
            openFiles.add(opened, flags, changes);
            tree.store(operation, opened.attributes());
            tree.store(operation, place, Present.of(opened.attributes()));
            return opened;
        }
    }

    private OpenedFile openTruncating(GuestPath path, OpenFlags flags) throws GuestFilesystemException {
        try (Operation operation = tree.begin(path)) {
            Target target = target(operation, path);
            change(operation, target, Xattrs::afterWrite);
            OpenedFile opened = send(operation, target, () -> guest.open(path, flags));
            openFiles.add(opened, flags, openFiles.changes());
            store(operation, target, opened.attributes());
            return opened;
        } finally {
            openFiles.truncated();
        }
    }

    int write(FileHandle file, long offset, ByteBuffer source) throws GuestFilesystemException {
        try (Operation operation = tree.begin()) {
            changeData(operation, file);
            return guest.write(file, offset, source);
        }
    }

    void fallocate(FileHandle file, int mode, long offset, long length) throws GuestFilesystemException {
        try (Operation operation = tree.begin()) {
            changeData(operation, file);
            guest.fallocate(file, mode, offset, length);
        }
    }

    long copyRange(FileHandle source, long sourceOffset, FileHandle destination, long destinationOffset, long length)
            throws GuestFilesystemException {
        try (Operation operation = tree.begin()) {
            changeData(operation, destination);
            return guest.copyRange(source, sourceOffset, destination, destinationOffset, length);
        }
    }

    private void changeData(Operation operation, FileHandle file) {
        openFiles.markWritten(file);
        InodeKey inode = openFiles.inode(file);
        if (inode != null) {
            tree.change(operation, inode, Xattrs::afterWrite);
        }
    }

    void fsync(FileReference file, boolean dataOnly) throws GuestFilesystemException {
        try (Operation operation = tree.begin()) {
            if (file instanceof FileHandle handle) {
                changeAllocation(operation, handle);
            }
            guest.fsync(file, dataOnly);
        }
    }

    void release(FileHandle file) throws GuestFilesystemException {
        try (Operation operation = tree.begin()) {
            changeAllocation(operation, file);
            guest.release(file);
        } finally {
            openFiles.remove(file);
        }
    }

    /** Writing data out changes how many blocks it takes, and closing a file gives back those kept for more writes. */
    private void changeAllocation(Operation operation, FileHandle file) {
        InodeKey inode = openFiles.writtenInode(file);
        if (inode != null) {
            tree.change(operation, inode, UnaryOperator.identity());
        }
    }

    FileAttributes setattr(FileReference file, AttributeChange change) throws GuestFilesystemException {
        boolean onlyTimes =
                change.size() == null && change.uid() == null && change.gid() == null && change.mode() == null;
        try (Operation operation = begin(file)) {
            Target target = target(operation, file);
            change(operation, target, onlyTimes ? UnaryOperator.identity() : Xattrs::afterModeChange);
            FileAttributes after = send(operation, target, () -> guest.setattr(file, change));
            store(operation, target, after);
            return after;
        } finally {
            if (change.size() != null) {
                openFiles.truncated();
            }
        }
    }

    /** pread(2), from memory if the contents came with opening the file. */
    int read(FileHandle file, long offset, ByteBuffer destination) throws GuestFilesystemException {
        int count = openFiles.read(file, offset, destination);
        return count >= 0 ? count : guest.read(file, offset, destination);
    }

    void setxattr(FileReference file, String name, byte[] value, XattrMode mode) throws GuestFilesystemException {
        changeXattr(file, name, () -> {
            guest.setxattr(file, name, value, mode);
            return name;
        });
    }

    void removexattr(FileReference file, String name) throws GuestFilesystemException {
        changeXattr(file, name, () -> {
            guest.removexattr(file, name);
            return name;
        });
    }

    private void changeXattr(FileReference file, String name, Call<String> call) throws GuestFilesystemException {
        try (Operation operation = begin(file)) {
            Target target = target(operation, file);
            change(operation, target, xattrs -> xattrs.without(name));
            send(operation, target, call);
        }
    }

    private Operation begin(FileReference file) {
        return file instanceof GuestPath path ? tree.begin(path) : tree.begin();
    }

    /** What the file is, asked for if it is not known. */
    Target target(Operation operation, FileReference file) {
        if (file instanceof FileHandle handle) {
            return new Target(null, openFiles.inode(handle));
        }
        Place place = resolver.find(operation, (GuestPath) file);
        return new Target(place, place.inode());
    }

    void change(Operation operation, Target target, UnaryOperator<Xattrs> certain) {
        if (target.inode() != null) {
            tree.change(operation, target.inode(), certain);
        }
    }

    <R> R send(Operation operation, Target target, Call<R> call) throws GuestFilesystemException {
        return target.place() == null ? call.run() : tree.sendOnInode(operation, target.place(), call);
    }

    /** What the target's attributes were after its change. */
    void store(Operation operation, Target target, FileAttributes after) {
        if (!after.key().equals(target.inode())) {
            // Filesystems without inode numbers of their own give a file another when it was out of their memory.
            tree.changeWholly(operation, after.key());
        }
        tree.store(operation, after);
        if (target.place() != null) {
            tree.store(operation, target.place(), Present.of(after));
        }
    }
}
