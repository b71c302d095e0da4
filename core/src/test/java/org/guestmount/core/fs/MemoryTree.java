package org.guestmount.core.fs;

import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;

/**
 * The names of {@link InMemoryGuestFilesystem}: resolution, and every change of a directory with what it does to times
 * and link counts. Guarded by that object's lock.
 */
final class MemoryTree {
    /** How many symbolic links one path may lead through. Source: path_resolution(7). */
    static final int NAME_MAX = 255;

    private static final int MAX_SYMBOLIC_LINKS = 40;

    private final InstantSource clock;
    private final MemoryInode root;
    private final List<MemoryInode> nameless = new ArrayList<>();
    private final Predicate<MemoryInode> isOpen;
    private long lastInode = 1;

    MemoryTree(InstantSource clock, Predicate<MemoryInode> isOpen) {
        this.clock = clock;
        this.isOpen = isOpen;
        this.root = new MemoryInode(
                lastInode, FileType.DIRECTORY.modeBits() | 0755, Credentials.ROOT, 0, Timestamp.of(clock.instant()));
    }

    Timestamp now() {
        return Timestamp.of(clock.instant());
    }

    /** The inode of a path whose last component is not followed. */
    MemoryInode resolve(String operation, GuestPath path) throws GuestFilesystemException {
        if (path.isRoot()) {
            return root;
        }
        MemoryInode found = parent(operation, path).children.get(path.name());
        if (found == null) {
            throw GuestFilesystemException.of(Errno.ENOENT, operation, path);
        }
        return found;
    }

    /** The directory that holds the last component, symbolic links on the way followed within the tree. */
    MemoryInode parent(String operation, GuestPath path) throws GuestFilesystemException {
        if (path.name().length() > NAME_MAX) {
            throw GuestFilesystemException.of(Errno.ENAMETOOLONG, operation, path);
        }
        Deque<MemoryInode> way = new ArrayDeque<>(List.of(root));
        Deque<String> names = new ArrayDeque<>(components(path.parent().toString()));
        int followed = 0;
        while (!names.isEmpty()) {
            String name = names.removeFirst();
            MemoryInode directory = way.getLast();
            requireDirectory(operation, path, directory);
            if (name.equals("..")) {
                if (way.size() > 1) {
                    way.removeLast();
                }
                continue;
            }
            MemoryInode next = directory.children.get(name);
            if (next == null) {
                throw GuestFilesystemException.of(Errno.ENOENT, operation, path);
            }
            if (next.type() != FileType.SYMBOLIC_LINK) {
                way.addLast(next);
                continue;
            }
            if (++followed > MAX_SYMBOLIC_LINKS) {
                throw GuestFilesystemException.of(Errno.ELOOP, operation, path);
            }
            if (next.linkTarget.startsWith("/")) {
                way.clear();
                way.addLast(root);
            }
            List<String> target = components(next.linkTarget);
            for (int i = target.size() - 1; i >= 0; i--) {
                names.addFirst(target.get(i));
            }
        }
        requireDirectory(operation, path, way.getLast());
        return way.getLast();
    }

    /** A new inode under a name not in use. */
    MemoryInode make(String operation, GuestPath path, int mode, long rdev, Credentials owner)
            throws GuestFilesystemException {
        if (path.isRoot()) {
            throw GuestFilesystemException.of(Errno.EEXIST, operation, path);
        }
        MemoryInode parent = parent(operation, path);
        requireAbsent(operation, path, parent);
        MemoryInode made = new MemoryInode(freeNumber(), mode, owner, rdev, now());
        if ((parent.mode & 02000) != 0) {
            made.gid = parent.gid;
            made.mode |= made.isDirectory() ? 02000 : 0;
        }
        enter(parent, path.name(), made);
        return made;
    }

    /** That of an inode that has neither name nor handle any more if there is one: filesystems reuse them at once. */
    private long freeNumber() {
        for (MemoryInode inode : nameless) {
            if (!isOpen.test(inode)) {
                nameless.remove(inode);
                return inode.number;
            }
        }
        return ++lastInode;
    }

    void link(MemoryInode existing, GuestPath path) throws GuestFilesystemException {
        MemoryInode parent = parent("link", path);
        requireAbsent("link", path, parent);
        if (existing.isDirectory()) {
            throw GuestFilesystemException.of(Errno.EPERM, "link", path);
        }
        if (existing.links == 0) {
            throw GuestFilesystemException.of(Errno.ENOENT, "link", path);
        }
        existing.links++;
        existing.changed = now();
        enter(parent, path.name(), existing);
    }

    void unlink(GuestPath path) throws GuestFilesystemException {
        MemoryInode victim = resolve("unlink", path);
        if (victim.isDirectory()) {
            throw GuestFilesystemException.of(Errno.EISDIR, "unlink", path);
        }
        remove(parent("unlink", path), path.name(), victim);
    }

    void rmdir(GuestPath path) throws GuestFilesystemException {
        MemoryInode victim = resolve("rmdir", path);
        if (path.isRoot()) {
            throw GuestFilesystemException.of(Errno.EBUSY, "rmdir", path);
        }
        if (!victim.isDirectory()) {
            throw GuestFilesystemException.of(Errno.ENOTDIR, "rmdir", path);
        }
        requireEmpty("rmdir", path, victim);
        remove(parent("rmdir", path), path.name(), victim);
    }

    /** renameat2(2), its checks in the kernel's order. */
    void rename(GuestPath from, GuestPath to, RenameMode mode) throws GuestFilesystemException {
        if (from.isRoot() || to.isRoot()) {
            throw GuestFilesystemException.of(Errno.EBUSY, "rename", from);
        }
        MemoryInode fromParent = parent("rename", from);
        MemoryInode toParent = parent("rename", to);
        MemoryInode moved = resolve("rename", from);
        MemoryInode target = toParent.children.get(to.name());
        if (mode == RenameMode.NO_REPLACE) {
            requireAbsent("rename", to, toParent);
        }
        if (mode == RenameMode.EXCHANGE && target == null) {
            throw GuestFilesystemException.of(Errno.ENOENT, "rename", to);
        }
        if (isWithin(toParent, moved)) {
            throw GuestFilesystemException.of(Errno.EINVAL, "rename", to);
        }
        if (target != null && isWithin(fromParent, target)) {
            throw GuestFilesystemException.of(
                    mode == RenameMode.EXCHANGE ? Errno.EINVAL : Errno.ENOTEMPTY, "rename", to);
        }
        if (moved == target) {
            return;
        }
        if (mode != RenameMode.EXCHANGE && target != null) {
            requireReplaceable(to, moved, target);
            remove(toParent, to.name(), target);
        }
        leave(fromParent, from.name(), moved);
        if (mode == RenameMode.EXCHANGE && target != null) {
            leave(toParent, to.name(), target);
            enter(fromParent, from.name(), target);
            target.changed = now();
        }
        enter(toParent, to.name(), moved);
        moved.changed = now();
    }

    /** How many inodes have a name. */
    long count() {
        return count(root);
    }

    private static long count(MemoryInode inode) {
        return 1 + inode.children.values().stream().mapToLong(MemoryTree::count).sum();
    }

    private static void requireReplaceable(GuestPath to, MemoryInode moved, MemoryInode target)
            throws GuestFilesystemException {
        if (moved.isDirectory() && !target.isDirectory()) {
            throw GuestFilesystemException.of(Errno.ENOTDIR, "rename", to);
        }
        if (!moved.isDirectory() && target.isDirectory()) {
            throw GuestFilesystemException.of(Errno.EISDIR, "rename", to);
        }
        requireEmpty("rename", to, target);
    }

    private static void requireDirectory(String operation, GuestPath path, MemoryInode inode)
            throws GuestFilesystemException {
        if (!inode.isDirectory()) {
            throw GuestFilesystemException.of(Errno.ENOTDIR, operation, path);
        }
    }

    private static void requireEmpty(String operation, GuestPath path, MemoryInode directory)
            throws GuestFilesystemException {
        if (!directory.children.isEmpty()) {
            throw GuestFilesystemException.of(Errno.ENOTEMPTY, operation, path);
        }
    }

    private static void requireAbsent(String operation, GuestPath path, MemoryInode parent)
            throws GuestFilesystemException {
        if (path.isRoot() || parent.children.containsKey(path.name())) {
            throw GuestFilesystemException.of(Errno.EEXIST, operation, path);
        }
    }

    /** Whether a directory is an ancestor or lies below it. */
    private static boolean isWithin(MemoryInode directory, MemoryInode ancestor) {
        return directory == ancestor
                || ancestor.children.values().stream().anyMatch(child -> isWithin(directory, child));
    }

    private void enter(MemoryInode parent, String name, MemoryInode inode) {
        parent.children.put(name, inode);
        parent.links += inode.isDirectory() ? 1 : 0;
        parent.touchModified(now());
    }

    private void leave(MemoryInode parent, String name, MemoryInode inode) {
        parent.children.remove(name);
        parent.links -= inode.isDirectory() ? 1 : 0;
        parent.touchModified(now());
    }

    private void remove(MemoryInode parent, String name, MemoryInode victim) {
        leave(parent, name, victim);
        victim.links = victim.isDirectory() ? 0 : victim.links - 1;
        victim.changed = now();
        if (victim.links == 0) {
            nameless.add(victim);
        }
    }

    private static List<String> components(String path) {
        return Arrays.stream(path.split("/"))
                .filter(name -> !name.isEmpty() && !name.equals("."))
                .toList();
    }
}
