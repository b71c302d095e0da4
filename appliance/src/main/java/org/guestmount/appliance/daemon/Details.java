package org.guestmount.appliance.daemon;

import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileDetails;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.GuestFilesystemException;
import org.jspecify.annotations.Nullable;

/**
 * All that the host is told of an inode at once. Reading a link's target may set its access time, so that its attributes are
 * asked for after that.
 */
final class Details {
    private Details() {}

    /** What an open descriptor, {@code O_PATH} or not, refers to. */
    static FileDetails ofDescriptor(int descriptor, Object subject) throws GuestFilesystemException {
        FileAttributes attributes = Stat.ofDescriptor(descriptor, subject);
        String target = null;
        if (attributes.type() == FileType.SYMBOLIC_LINK) {
            target = linkTargetOfDescriptor(descriptor, subject);
            attributes = Stat.ofDescriptor(descriptor, subject);
        }
        Scratch scratch = Scratch.ofThread();
        long path = scratch.putDescriptorPath(Scratch.NAME, descriptor);
        long listed = Libc.syscall(Abi.SYS_LISTXATTR, path, 0, 0, 0, 0);
        return new FileDetails(attributes, target, listed != 0);
    }

    /** What a directory's entry names; null if the name has gone meanwhile. */
    static @Nullable FileDetails ofEntry(int directory, String name) throws GuestFilesystemException {
        try {
            FileAttributes attributes = Stat.ofEntry(directory, name, name);
            String target = null;
            Scratch scratch = Scratch.ofThread();
            if (attributes.type() == FileType.SYMBOLIC_LINK) {
                long length = readLink(scratch, directory, scratch.address(Scratch.NAME));
                if (!Syscalls.failedWith(length, Errno.EINVAL)) {
                    target = scratch.getString(Scratch.DATA, (int) Syscalls.check(length, "readlink", name));
                }
                attributes = Stat.ofEntry(directory, name, name);
                if ((attributes.type() == FileType.SYMBOLIC_LINK) != (target != null)) {
                    return ofEntry(directory, name); // something else has taken the name
                }
            }
            long path = scratch.putEntryPath(Scratch.NAME, directory, name);
            long listed = Libc.syscall(Abi.SYS_LLISTXATTR, path, 0, 0, 0, 0);
            return new FileDetails(attributes, target, listed != 0);
        } catch (GuestFilesystemException e) {
            if (e.errno() == Errno.ENOENT) {
                return null;
            }
            throw e;
        }
    }

    /**
     * The target of the symbolic link that an {@code O_PATH} descriptor refers to.
     *
     * @throws GuestFilesystemException {@code EINVAL} if it refers to something else
     */
    static String linkTargetOfDescriptor(int descriptor, Object subject) throws GuestFilesystemException {
        Scratch scratch = Scratch.ofThread();
        long length = readLink(scratch, descriptor, scratch.empty());
        if (Syscalls.failedWith(length, Errno.ENOENT)) {
            throw GuestFilesystemException.of(Errno.EINVAL, "readlink", subject);
        }
        return scratch.getString(Scratch.DATA, (int) Syscalls.check(length, "readlink", subject));
    }

    private static long readLink(Scratch scratch, int directory, long name) {
        return Libc.syscall(Abi.SYS_READLINKAT, directory, name, scratch.address(Scratch.DATA), Scratch.DATA_BYTES, 0);
    }
}
