package org.guestmount.cache;

import java.util.function.UnaryOperator;
import org.guestmount.cache.Dentry.Missing;
import org.guestmount.cache.Dentry.Present;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InodeKey;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.OpenedFile;
import org.guestmount.core.fs.RenameMode;
import org.jspecify.annotations.Nullable;

/** The operations that change what a name stands for. */
final class NameChanges {
    private final GuestFilesystem guest;
    private final TreeCache tree;
    private final Resolver resolver;
    private final OpenFiles openFiles;
    private final InodeChanges inodes;

    NameChanges(GuestFilesystem guest, TreeCache tree, Resolver resolver, OpenFiles openFiles, InodeChanges inodes) {
        this.guest = guest;
        this.tree = tree;
        this.resolver = resolver;
        this.openFiles = openFiles;
        this.inodes = inodes;
    }

    OpenedFile create(GuestPath path, OpenFlags flags, int mode, Credentials owner) throws GuestFilesystemException {
        try (Operation operation = tree.begin(path)) {
            Place place = resolver.way(path);
            tree.changeName(operation, place);
            inodes.change(operation, new Target(place, place.inode()), Xattrs::afterWrite);
            OpenedFile created = tree.send(operation, place, () -> guest.create(path, flags, mode, owner));
            openFiles.add(created, flags, openFiles.changes());
            boolean isNew =
                    flags.has(OpenFlags.EXCL) || (place.dentry() == Missing.ABSENT && operation.isSureOf(place));
            if (isNew) {
                storeMadeAndLearn(operation, place, created.attributes(), null);
            } else {
                tree.changeWholly(operation, created.attributes().key());
                tree.store(operation, created.attributes());
                tree.store(operation, place, Present.of(created.attributes()));
            }
            return created;
        }
    }

    FileAttributes mkdir(GuestPath path, int mode, Credentials owner) throws GuestFilesystemException {
        return make(path, null, () -> guest.mkdir(path, mode, owner));
    }

    FileAttributes mknod(GuestPath path, int mode, long rdev, Credentials owner) throws GuestFilesystemException {
        return make(path, null, () -> guest.mknod(path, mode, rdev, owner));
    }

    FileAttributes symlink(String target, GuestPath path, Credentials owner) throws GuestFilesystemException {
        return make(path, target, () -> guest.symlink(target, path, owner));
    }

    private FileAttributes make(GuestPath path, @Nullable String linkTarget, Call<FileAttributes> call)
            throws GuestFilesystemException {
        try (Operation operation = tree.begin(path)) {
            Place place = resolver.way(path);
            tree.changeName(operation, place);
            FileAttributes made = tree.send(operation, place, call);
            storeMadeAndLearn(operation, place, made, linkTarget);
            return made;
        }
    }

    /** What was made there. */
    void storeMade(Operation operation, Place place, FileAttributes made, @Nullable String linkTarget) {
        // Its number may have been another's, of which things are still remembered.
        tree.changeWholly(operation, made.key());
        tree.storeNew(operation, made, linkTarget);
        tree.store(operation, place, Present.of(made));
    }

    private void storeMadeAndLearn(Operation operation, Place place, FileAttributes made, @Nullable String linkTarget) {
        storeMade(operation, place, made, linkTarget);
        resolver.learnNameRules(operation, place.with(Present.of(made)));
    }

    FileAttributes link(FileReference existing, GuestPath path) throws GuestFilesystemException {
        try (Operation operation = existing instanceof GuestPath source ? tree.begin(source, path) : tree.begin(path)) {
            Target target = inodes.target(operation, existing);
            Place place = resolver.way(path);
            tree.changeName(operation, place);
            inodes.change(operation, target, UnaryOperator.identity());
            FileAttributes linked =
                    tree.send(operation, place, () -> inodes.send(operation, target, () -> guest.link(existing, path)));
            inodes.store(operation, target, linked);
            tree.store(operation, place, Present.of(linked));
            return linked;
        }
    }

    void unlink(GuestPath path) throws GuestFilesystemException {
        remove(path, () -> {
            guest.unlink(path);
            return Missing.ABSENT;
        });
    }

    void rmdir(GuestPath path) throws GuestFilesystemException {
        remove(path, () -> {
            guest.rmdir(path);
            return Missing.ABSENT;
        });
    }

    private void remove(GuestPath path, Call<Missing> call) throws GuestFilesystemException {
        try (Operation operation = tree.begin(path)) {
            Place place = resolver.find(operation, path);
            changeRemoved(operation, place);
            tree.store(operation, place, tree.sendOnInode(operation, place, call));
        }
    }

    /** The place's name is about to be removed. */
    void changeRemoved(Operation operation, Place place) {
        changeName(operation, place);
        changeDeleted(operation, place);
    }

    /** A name in the place's directory has been changed. */
    void changeParent(Operation operation, Place place) {
        InodeKey directory = place.directory();
        if (directory != null) {
            tree.change(operation, directory, UnaryOperator.identity());
        }
    }

    void rename(GuestPath from, GuestPath to, RenameMode mode) throws GuestFilesystemException {
        try (Operation operation = tree.begin(from, to)) {
            Place source = resolver.find(operation, from);
            Place target = resolver.find(operation, to);
            changeName(operation, source);
            changeName(operation, target);
            changeMoved(operation, source);
            if (mode == RenameMode.EXCHANGE) {
                changeMoved(operation, target);
            } else {
                changeDeleted(operation, target);
            }
            RenameMode done = tree.sendOnInode(
                    operation,
                    source,
                    () -> tree.sendOnInode(operation, target, () -> {
                        guest.rename(from, to, mode);
                        return mode;
                    }));
            // Of two names of the same inode neither is removed.
            if (!source.dentry().equals(target.dentry())) {
                tree.store(operation, source, done == RenameMode.EXCHANGE ? target.dentry() : Missing.ABSENT);
                tree.store(operation, target, source.dentry());
            }
        }
    }

    /** What the place's name stands for changes, and of a directory all that paths through it lead to. */
    private void changeName(Operation operation, Place place) {
        tree.changeName(operation, place);
        if (place.isDirectory() || place.inode() == null) {
            tree.changeWay(operation, place);
        }
    }

    /** The inode, if there is one, keeps its number and its content under another name. */
    private void changeMoved(Operation operation, Place place) {
        InodeKey inode = place.inode();
        if (inode != null) {
            tree.change(operation, inode, UnaryOperator.identity());
        }
    }

    /** The inode, if there is one, is deleted with its last name. */
    private void changeDeleted(Operation operation, Place place) {
        InodeKey inode = place.inode();
        if (inode != null) {
            tree.changeWholly(operation, inode);
        }
    }
}
