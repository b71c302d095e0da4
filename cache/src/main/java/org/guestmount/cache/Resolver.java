package org.guestmount.cache;

import org.guestmount.cache.Dentry.Missing;
import org.guestmount.cache.Dentry.Present;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileDetails;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InodeKey;

/** Follows paths name by name through what is known, and asks the guest for what is not. */
final class Resolver {
    private final GuestFilesystem guest;
    private final TreeCache tree;

    Resolver(GuestFilesystem guest, TreeCache tree) {
        this.guest = guest;
        this.tree = tree;
    }

    /** As far as it goes without asking. */
    Place known(GuestPath path) {
        Present root = tree.root();
        if (root == null) {
            return Place.unreached(path);
        }
        String bytes = path.toString();
        InodeKey directory = null;
        Dentry dentry = root;
        for (int from = 1, to; from < bytes.length(); from = to + 1) {
            if (!(dentry instanceof Present present) || !present.isDirectory()) {
                return new Place(path, null, dentry == Missing.ABSENT ? Missing.ABSENT : Missing.UNKNOWN);
            }
            int slash = bytes.indexOf('/', from);
            to = slash < 0 ? bytes.length() : slash;
            directory = present.inode();
            dentry = tree.dentry(directory, bytes.substring(from, to));
        }
        return new Place(path, directory, dentry);
    }

    /**
     * Where the path leads, asking for the directories on the way but not for the last name.
     *
     * @throws GuestFilesystemException if a directory on the way cannot be looked up
     */
    Place reach(GuestPath path) throws GuestFilesystemException {
        Place known = known(path);
        if (known.isReached() || known.dentry() == Missing.ABSENT) {
            return known;
        }
        if (path.isRoot()) {
            return known.with(askForRoot());
        }
        Place parent = reach(path.parent());
        Dentry directory = parent.dentry() == Missing.UNKNOWN ? askOnTheWay(parent) : parent.dentry();
        if (directory instanceof Present present && present.isDirectory()) {
            return new Place(path, present.inode(), tree.dentry(present.inode(), path.name()));
        }
        return new Place(path, null, directory == Missing.ABSENT ? Missing.ABSENT : Missing.UNKNOWN);
    }

    /** The same; not reached where {@link #reach} throws. */
    Place way(GuestPath path) {
        try {
            return reach(path);
        } catch (GuestFilesystemException e) {
            return Place.unreached(path);
        }
    }

    /** Where the path leads, asking for all that is not known; not reached if that fails. */
    Place find(Operation operation, GuestPath path) {
        Place place = way(path);
        if (!place.isReached() || place.dentry() != Missing.UNKNOWN) {
            return place;
        }
        try {
            return place.with(Present.of(ask(operation, place).attributes()));
        } catch (GuestFilesystemException e) {
            return e.errno() == Errno.ENOENT ? place.with(Missing.ABSENT) : Place.unreached(path);
        }
    }

    /** Asks for everything about the inode at that place, and stores it and its name. */
    FileDetails ask(Operation operation, Place place) throws GuestFilesystemException {
        FileDetails details;
        try {
            details = guest.lookup(place.path());
        } catch (GuestFilesystemException e) {
            if (e.errno() == Errno.ENOENT) {
                tree.store(operation, place, Missing.ABSENT);
            }
            throw e;
        }
        tree.store(operation, details);
        Present present = Present.of(details.attributes());
        tree.store(operation, place, present);
        learnNameRules(operation, place.with(present));
        return details;
    }

    /** Uses a name that exists to find out how names are compared in its filesystem, if that is not known yet. */
    void learnNameRules(Operation operation, Place place) {
        InodeKey directory = place.directory();
        if (directory == null || tree.names().areKnown(directory)) {
            return;
        }
        String other = NameRules.swapCase(place.path().name());
        if (other == null) {
            return;
        }
        boolean exact;
        try {
            FileDetails found = guest.lookup(place.path().parent().resolve(other));
            if (!found.attributes().key().equals(place.inode())) {
                return;
            }
            exact = false;
        } catch (GuestFilesystemException e) {
            if (e.errno() != Errno.ENOENT) {
                return;
            }
            exact = true;
        }
        if (operation.isSureOf(place)) {
            tree.names().store(directory, exact);
        }
    }

    private Present askForRoot() throws GuestFilesystemException {
        try (Operation operation = tree.begin(GuestPath.ROOT)) {
            FileDetails details = guest.lookup(GuestPath.ROOT);
            tree.store(operation, details);
            tree.storeRoot(details.attributes());
            return Present.of(details.attributes());
        }
    }

    private Present askOnTheWay(Place place) throws GuestFilesystemException {
        try (Operation operation = tree.begin(place.path())) {
            return Present.of(ask(operation, place).attributes());
        }
    }
}
