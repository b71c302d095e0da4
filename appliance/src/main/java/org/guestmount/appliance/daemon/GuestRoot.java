package org.guestmount.appliance.daemon;

import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;

/**
 * The directory the guest's filesystems are mounted on, and the resolution of paths within it.
 *
 * <p>Owns one descriptor, whose number never changes: what it refers to is exchanged with dup3(2), at once for all threads,
 * when a filesystem is mounted on the directory or unmounted from it.
 *
 * <p>Source: openat2(2), path_resolution(7).
 */
final class GuestRoot {
    private static final int IN_ROOT = Abi.RESOLVE_IN_ROOT | Abi.RESOLVE_NO_MAGICLINKS;

    /** For what follows the first part of a path longer than the kernel takes. */
    private static final int BELOW = Abi.RESOLVE_BENEATH | Abi.RESOLVE_NO_SYMLINKS;

    private final String directory;
    private final int bare;
    private final int descriptor;

    private GuestRoot(String directory, int bare, int descriptor) {
        this.directory = directory;
        this.bare = bare;
        this.descriptor = descriptor;
    }

    /**
     * @param directory an absolute path of the daemon's own tree, of bytes
     */
    static GuestRoot of(String directory) throws GuestFilesystemException {
        int bare = openDirectory(directory);
        int descriptor = openDirectory(directory);
        return new GuestRoot(directory, bare, descriptor);
    }

    private static int openDirectory(String path) throws GuestFilesystemException {
        return (int) Syscalls.check(Syscalls.open(path, Abi.O_PATH | Abi.O_DIRECTORY), "open", path);
    }

    /** The directory's own path. */
    String directory() {
        return directory;
    }

    /** Goes over to what is mounted on the directory by now. */
    void showMounted() throws GuestFilesystemException {
        int top = openDirectory(directory);
        try {
            become(top);
        } finally {
            Syscalls.close(top);
        }
    }

    /** Goes back to the directory that was there before anything was mounted on it, so that it can be unmounted. */
    void showBare() throws GuestFilesystemException {
        become(bare);
    }

    private void become(int other) throws GuestFilesystemException {
        Syscalls.check(Libc.syscall(Abi.SYS_DUP3, other, descriptor, Abi.O_CLOEXEC, 0, 0), "dup", directory);
    }

    /**
     * Opens a path, a final symbolic link not followed.
     *
     * @param flags as of open(2)
     * @param mode permission bits of a file that is made, 0 without {@code O_CREAT}
     * @return a new descriptor, or the negative errno
     */
    long open(GuestPath path, int flags, int mode) throws GuestFilesystemException {
        return resolve(path, flags | Abi.O_NOFOLLOW, mode);
    }

    /** Opens what a path names, whatever its type, with {@code O_PATH}. */
    int locate(GuestPath path, String operation) throws GuestFilesystemException {
        return (int) Syscalls.check(resolve(path, Abi.O_PATH | Abi.O_NOFOLLOW, 0), operation, path);
    }

    /** Opens a directory, or the one a symbolic link leads to, with {@code O_PATH}. */
    int locateDirectory(GuestPath path, String operation) throws GuestFilesystemException {
        return (int) Syscalls.check(resolve(path, Abi.O_PATH | Abi.O_DIRECTORY, 0), operation, path);
    }

    private long resolve(GuestPath path, int flags, int mode) throws GuestFilesystemException {
        String relative = path.isRoot() ? "." : path.toString().substring(1);
        if (relative.length() < Abi.PATH_MAX) {
            return Syscalls.open(descriptor, relative, flags, mode, IN_ROOT);
        }
        return resolveInParts(relative, flags, mode);
    }

    /** Symbolic links are resolved in the first part, which knows the root; in later ones they are {@code ELOOP}. */
    private long resolveInParts(String path, int flags, int mode) throws GuestFilesystemException {
        int base = descriptor;
        int resolve = IN_ROOT;
        String rest = path;
        try {
            while (rest.length() >= Abi.PATH_MAX) {
                int cut = rest.lastIndexOf('/', Abi.PATH_MAX - 1);
                long next = Syscalls.open(base, rest.substring(0, cut), Abi.O_PATH | Abi.O_DIRECTORY, 0, resolve);
                if (next < 0) {
                    return next;
                }
                closeUnlessRoot(base);
                base = (int) next;
                resolve = BELOW;
                rest = rest.substring(cut + 1);
            }
            return Syscalls.open(base, rest, flags, mode, resolve);
        } finally {
            closeUnlessRoot(base);
        }
    }

    private void closeUnlessRoot(int base) {
        if (base != descriptor) {
            Syscalls.close(base);
        }
    }
}
