package org.guestmount.appliance.daemon;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.ChangeOutcome;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.TreeChange;
import org.guestmount.core.fs.TreeChange.MakeFile;
import org.guestmount.core.fs.TreeChange.Rmdir;
import org.guestmount.core.fs.TreeChange.Unlink;
import org.jspecify.annotations.Nullable;

/** Many changes at once, with as few system calls as they can be done with. Owns the directory of the last one. */
final class TreeChanges implements AutoCloseable {
    private static final int MAKE = Abi.O_WRONLY | Abi.O_CREAT | Abi.O_EXCL | Abi.O_NOFOLLOW;

    /** setuid and setgid, which a change of owner takes away, whether or not it is another. */
    private static final int PRIVILEGES = 06000;

    private static final int PERMISSIONS = 07777;

    private final GuestRoot root;
    private final GuestFilesystem filesystem;
    private @Nullable GuestPath parent;
    private int directory = -1;

    TreeChanges(GuestRoot root, GuestFilesystem filesystem) {
        this.root = root;
        this.filesystem = filesystem;
    }

    List<ChangeOutcome> apply(List<TreeChange> changes) {
        List<ChangeOutcome> outcomes = new ArrayList<>(changes.size());
        for (TreeChange change : changes) {
            outcomes.add(apply(change));
        }
        return outcomes;
    }

    private ChangeOutcome apply(TreeChange change) {
        try {
            if (change instanceof MakeFile file) {
                return new ChangeOutcome(make(file), null);
            }
            if (change instanceof Unlink) {
                remove(change.path(), "unlink", 0, Errno.EISDIR);
                return new ChangeOutcome(null, null);
            }
            if (change instanceof Rmdir) {
                remove(change.path(), "rmdir", Abi.AT_REMOVEDIR, Errno.EBUSY);
                return new ChangeOutcome(null, null);
            }
            return ChangeOutcome.of(change, filesystem);
        } catch (GuestFilesystemException e) {
            return new ChangeOutcome(null, e.errno());
        }
    }

    private FileAttributes make(MakeFile file) throws GuestFilesystemException {
        GuestPath path = file.path();
        int place = directoryOf(path, Errno.EEXIST);
        Scratch.ofThread().actAs(file.owner());
        int mode = file.mode() & PERMISSIONS;
        int made = (int)
                Syscalls.check(Syscalls.open(place, path.name(), MAKE, mode, Abi.RESOLVE_BENEATH), "create", path);
        try {
            write(made, file.data(), path);
            FileAttributes attributes = Stat.ofDescriptor(made, path);
            AttributeChange rest = rest(attributes, file.change());
            if (rest.isNone()) {
                return attributes;
            }
            Attributes.change(made, true, path, rest);
            return Stat.ofDescriptor(made, path);
        } finally {
            Syscalls.close(made);
        }
    }

    private static void write(int descriptor, ByteBuffer data, GuestPath path) throws GuestFilesystemException {
        long offset = 0;
        while (data.hasRemaining()) {
            offset += Transfer.write(descriptor, offset, data, path);
        }
    }

    /** Without what is so already. */
    private static AttributeChange rest(FileAttributes is, AttributeChange wanted) {
        Integer uid = wanted.uid();
        Integer gid = wanted.gid();
        Integer mode = wanted.mode();
        boolean owned =
                (uid == null || uid == is.uid()) && (gid == null || gid == is.gid()) && (is.mode() & PRIVILEGES) == 0;
        boolean permitted = owned && mode != null && ((mode ^ is.mode()) & PERMISSIONS) == 0;
        return new AttributeChange(
                wanted.size(),
                owned ? null : uid,
                owned ? null : gid,
                permitted ? null : mode,
                wanted.accessed(),
                wanted.modified());
    }

    private void remove(GuestPath path, String operation, int flags, Errno ofRoot) throws GuestFilesystemException {
        int place = directoryOf(path, ofRoot);
        Syscalls.check(Syscalls.unlink(place, path.name(), flags), operation, path);
    }

    /** The directory a path's last name is in, which for the next path is often the same. */
    private int directoryOf(GuestPath path, Errno ofRoot) throws GuestFilesystemException {
        if (path.isRoot()) {
            throw GuestFilesystemException.of(ofRoot, "change", path);
        }
        GuestPath wanted = path.parent();
        if (parent == null || !parent.equals(wanted)) {
            close();
            directory = root.locateDirectory(wanted, "change");
            parent = wanted;
        }
        return directory;
    }

    @Override
    public void close() {
        if (parent != null) {
            Syscalls.close(directory);
            parent = null;
        }
    }
}
