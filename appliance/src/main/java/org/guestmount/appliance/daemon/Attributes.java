package org.guestmount.appliance.daemon;

import java.nio.ByteBuffer;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.AttributeChange.TimeChange;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.Timestamp;
import org.jspecify.annotations.Nullable;

/** Changes of attributes of what a descriptor refers to. */
final class Attributes {
    private Attributes() {}

    /** @param open whether it is an open file's, and not of {@code O_PATH} */
    static void change(int descriptor, boolean open, FileReference file, AttributeChange change)
            throws GuestFilesystemException {
        if (change.size() != null) {
            truncate(descriptor, open, file, change.size());
        }
        if (change.uid() != null || change.gid() != null) {
            changeOwner(descriptor, file, change.uid(), change.gid());
        }
        if (change.mode() != null) {
            changeMode(descriptor, open, file, change.mode());
        }
        if (change.accessed() != null || change.modified() != null) {
            changeTimes(descriptor, file, change.accessed(), change.modified());
        }
    }

    private static void truncate(int descriptor, boolean open, FileReference file, long size)
            throws GuestFilesystemException {
        long result = open
                ? Libc.syscall(Abi.SYS_FTRUNCATE, descriptor, size, 0, 0, 0)
                : Libc.syscall(Abi.SYS_TRUNCATE, pathOf(descriptor), size, 0, 0, 0);
        Syscalls.check(result, "truncate", file);
    }

    private static void changeOwner(int descriptor, FileReference file, @Nullable Integer uid, @Nullable Integer gid)
            throws GuestFilesystemException {
        Scratch scratch = Scratch.ofThread();
        Syscalls.check(
                Libc.syscall(
                        Abi.SYS_FCHOWNAT,
                        descriptor,
                        scratch.empty(),
                        uid == null ? -1 : Integer.toUnsignedLong(uid),
                        gid == null ? -1 : Integer.toUnsignedLong(gid),
                        Abi.AT_EMPTY_PATH),
                "chown",
                file);
    }

    /** Kernels before 6.6 let some filesystems change the mode of a symbolic link, which means nothing, and then fail. */
    private static void changeMode(int descriptor, boolean open, FileReference file, int mode)
            throws GuestFilesystemException {
        if (open) {
            Syscalls.check(Libc.syscall(Abi.SYS_FCHMOD, descriptor, mode & 07777, 0, 0, 0), "chmod", file);
            return;
        }
        if (Stat.ofDescriptor(descriptor, file).type() == FileType.SYMBOLIC_LINK) {
            throw GuestFilesystemException.of(Errno.EOPNOTSUPP, "chmod", file);
        }
        Syscalls.check(Libc.syscall(Abi.SYS_CHMOD, pathOf(descriptor), mode & 07777, 0, 0, 0), "chmod", file);
    }

    private static void changeTimes(
            int descriptor, FileReference file, @Nullable TimeChange accessed, @Nullable TimeChange modified)
            throws GuestFilesystemException {
        Scratch scratch = Scratch.ofThread();
        putTime(scratch.memory(), Scratch.STRUCT, accessed);
        putTime(scratch.memory(), Scratch.STRUCT + 16, modified);
        Syscalls.check(
                Libc.syscall(
                        Abi.SYS_UTIMENSAT,
                        descriptor,
                        scratch.empty(),
                        scratch.address(Scratch.STRUCT),
                        Abi.AT_EMPTY_PATH,
                        0),
                "utimens",
                file);
    }

    private static void putTime(ByteBuffer struct, int at, @Nullable TimeChange change) {
        Timestamp time = change == null ? null : change.time();
        long nanos = time != null ? time.nanos() : change == null ? Abi.UTIME_OMIT : Abi.UTIME_NOW;
        struct.putLong(at, time == null ? 0 : time.seconds()).putLong(at + 8, nanos);
    }

    private static long pathOf(int descriptor) throws GuestFilesystemException {
        return Scratch.ofThread().putDescriptorPath(Scratch.NAME, descriptor);
    }
}
