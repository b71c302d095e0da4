package org.guestmount.appliance.daemon;

import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileDetails;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.GuestFilesystemException;

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

    /** readlinkat(2) of at most {@link Scratch#DATA_BYTES} into {@link Scratch#DATA}. */
    static long readLink(Scratch scratch, int directory, long name) {
        return Libc.syscall(Abi.SYS_READLINKAT, directory, name, scratch.address(Scratch.DATA), Scratch.DATA_BYTES, 0);
    }
}
