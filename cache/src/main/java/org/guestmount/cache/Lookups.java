package org.guestmount.cache;

import java.util.List;
import org.guestmount.cache.Dentry.Missing;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileDetails;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InodeKey;
import org.jspecify.annotations.Nullable;

/** The operations that change nothing: answered from memory, or by the guest and then stored. */
final class Lookups {
    private final GuestFilesystem guest;
    private final TreeCache tree;
    private final Resolver resolver;
    private final OpenFiles openFiles;

    Lookups(GuestFilesystem guest, TreeCache tree, Resolver resolver, OpenFiles openFiles) {
        this.guest = guest;
        this.tree = tree;
        this.resolver = resolver;
        this.openFiles = openFiles;
    }

    FileDetails lookup(GuestPath path) throws GuestFilesystemException {
        Place place = resolver.known(path);
        FileDetails known = known(place).details();
        if (known != null) {
            return known;
        }
        requireNotAbsent("lookup", place);
        try (Operation operation = tree.begin(path)) {
            Place reached = resolver.reach(path);
            requireNotAbsent("lookup", reached);
            return resolver.ask(operation, reached);
        }
    }

    FileAttributes getattr(FileHandle file) throws GuestFilesystemException {
        InodeKey key = openFiles.inode(file);
        FileAttributes known = key == null ? null : tree.inode(key).attributes();
        if (known != null) {
            return known;
        }
        try (Operation operation = tree.begin()) {
            FileAttributes attributes = guest.getattr(file);
            tree.store(operation, attributes);
            return attributes;
        }
    }

    String readlink(GuestPath path) throws GuestFilesystemException {
        String known = known(resolver.known(path)).linkTarget();
        if (known != null) {
            return known;
        }
        String target = lookup(path).linkTarget();
        return target == null ? guest.readlink(path) : target;
    }

    byte[] getxattr(GuestPath path, String name) throws GuestFilesystemException {
        byte[] known = knownValue(resolver.known(path), name);
        if (known != null) {
            return known;
        }
        try (Operation operation = tree.begin(path)) {
            Place place = resolver.find(operation, path);
            byte[] found = knownValue(place, name);
            return found == null ? askForValue(operation, place, name) : found;
        }
    }

    private byte @Nullable [] knownValue(Place place, String name) throws GuestFilesystemException {
        Xattrs xattrs = known(place).xattrs();
        if (xattrs.isAbsent(name)) {
            throw GuestFilesystemException.of(Errno.ENODATA, "getxattr", place.path());
        }
        return xattrs.value(name);
    }

    private byte[] askForValue(Operation operation, Place place, String name) throws GuestFilesystemException {
        try {
            byte[] value = guest.getxattr(place.path(), name);
            tree.storeXattrs(operation, place, xattrs -> xattrs.with(name, value));
            return value;
        } catch (GuestFilesystemException e) {
            if (e.errno() == Errno.ENODATA) {
                tree.storeXattrs(operation, place, xattrs -> xattrs.withAbsent(name));
            }
            throw e;
        }
    }

    List<String> listxattr(GuestPath path) throws GuestFilesystemException {
        List<String> known = known(resolver.known(path)).xattrs().names();
        if (known != null) {
            return known;
        }
        try (Operation operation = tree.begin(path)) {
            Place place = resolver.find(operation, path);
            List<String> found = known(place).xattrs().names();
            if (found != null) {
                return found;
            }
            List<String> names = guest.listxattr(path);
            tree.storeXattrs(operation, place, xattrs -> xattrs.withNames(names));
            return names;
        }
    }

    private Inode known(Place place) {
        InodeKey key = place.inode();
        return key == null ? Inode.UNKNOWN : tree.inode(key);
    }

    private static void requireNotAbsent(String name, Place place) throws GuestFilesystemException {
        if (place.dentry() == Missing.ABSENT) {
            throw GuestFilesystemException.of(Errno.ENOENT, name, place.path());
        }
    }
}
