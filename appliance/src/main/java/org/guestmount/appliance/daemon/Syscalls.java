package org.guestmount.appliance.daemon;

import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;

/** System calls that more than one class needs. Results are the kernel's: an error is its negative errno. */
final class Syscalls {
    /** How often a path is resolved again because something was renamed meanwhile, see openat2(2) on EAGAIN. */
    private static final int RESOLVE_ATTEMPTS = 1000;

    /** Size of {@code struct open_how}: flags, mode and resolve, of 64 bits each. */
    private static final int OPEN_HOW_BYTES = 24;

    private Syscalls() {}

    /** Turns an error into an exception that says what was done to what. */
    static long check(long result, String operation, Object subject) throws GuestFilesystemException {
        if (result < 0) {
            throw GuestFilesystemException.of(errno(result), operation, subject);
        }
        return result;
    }

    static Errno errno(long result) {
        return Errno.of((int) -result);
    }

    static boolean failedWith(long result, Errno errno) {
        return result == -errno.number();
    }

    /**
     * openat2(2).
     *
     * @param path of bytes, one char each
     * @param flags {@code O_CLOEXEC} is added
     */
    static long open(int directory, String path, int flags, int mode, int resolve) throws GuestFilesystemException {
        Scratch scratch = Scratch.ofThread();
        long name = scratch.putString(Scratch.NAME, path);
        scratch.memory()
                .putLong(Scratch.STRUCT, flags | Abi.O_CLOEXEC)
                .putLong(Scratch.STRUCT + 8, mode)
                .putLong(Scratch.STRUCT + 16, resolve);
        long how = scratch.address(Scratch.STRUCT);
        long result = 0;
        for (int attempt = 0; attempt < RESOLVE_ATTEMPTS; attempt++) {
            result = Libc.syscall(Abi.SYS_OPENAT2, directory, name, how, OPEN_HOW_BYTES, 0);
            if (!failedWith(result, Errno.EAGAIN)) {
                break;
            }
        }
        return result;
    }

    /** Opens a path of the daemon's own tree, for what is not the guest's. */
    static long open(String path, int flags) throws GuestFilesystemException {
        return open(Abi.AT_FDCWD, path, flags, 0, 0);
    }

    /**
     * unlinkat(2).
     *
     * @param name of bytes, one char each
     */
    static long unlink(int directory, String name, int flags) throws GuestFilesystemException {
        long address = Scratch.ofThread().putString(Scratch.NAME, name);
        return Libc.syscall(Abi.SYS_UNLINKAT, directory, address, flags, 0, 0);
    }

    static long close(int descriptor) {
        return Libc.syscall(Abi.SYS_CLOSE, descriptor, 0, 0, 0, 0);
    }

    /** ioctl(2) with a number or an address. */
    static long ioctl(int descriptor, int request, long argument) {
        return Libc.syscall(Abi.SYS_IOCTL, descriptor, request, argument, 0, 0);
    }

    static long fsync(int descriptor) {
        return Libc.syscall(Abi.SYS_FSYNC, descriptor, 0, 0, 0, 0);
    }

    static long syncfs(int descriptor) {
        return Libc.syscall(Abi.SYS_SYNCFS, descriptor, 0, 0, 0, 0);
    }

    static long read(int descriptor, long address, long length) {
        return Libc.syscall(Abi.SYS_READ, descriptor, address, length, 0, 0);
    }

    static long write(int descriptor, long address, long length) {
        return Libc.syscall(Abi.SYS_WRITE, descriptor, address, length, 0, 0);
    }
}
