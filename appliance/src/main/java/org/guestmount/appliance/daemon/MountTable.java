package org.guestmount.appliance.daemon;

import java.util.ArrayList;
import java.util.List;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;
import org.jspecify.annotations.Nullable;

/**
 * What is mounted in the guest's tree, as the kernel has it: its table follows directories that are renamed, and knows what
 * mount helpers did.
 *
 * <p>Source: proc(5) on mountinfo.
 */
final class MountTable {
    /** How long something may go on using a filesystem that is to be unmounted: 10 s. */
    private static final int UNMOUNT_ATTEMPTS = 500;

    private static final int UNMOUNT_RETRY_MILLIS = 20;

    private final GuestRoot root;

    MountTable(GuestRoot root) {
        this.root = root;
    }

    /**
     * @param point where, in the daemon's own tree
     * @param source the device, or whatever the filesystem has instead
     */
    record Mounted(String point, String source) {}

    /** In the order in which they were mounted. */
    List<Mounted> list() throws GuestFilesystemException {
        return parse(SystemFiles.read("/proc/self/mountinfo"), root.directory());
    }

    static List<Mounted> parse(String mountinfo, String directory) {
        List<Mounted> mounts = new ArrayList<>();
        for (String line : mountinfo.split("\n", -1)) {
            String[] fields = line.split(" ", -1);
            int separator = 6;
            while (separator < fields.length && !fields[separator].equals("-")) {
                separator++;
            }
            if (separator + 2 < fields.length) {
                String point = unescape(fields[4]);
                if (point.equals(directory) || point.startsWith(directory + "/")) {
                    mounts.add(new Mounted(point, unescape(fields[separator + 2])));
                }
            }
        }
        return mounts;
    }

    /** Undoes the kernel's {@code \ooo}. */
    private static String unescape(String field) {
        StringBuilder bytes = new StringBuilder();
        for (int i = 0; i < field.length(); i++) {
            if (field.charAt(i) == '\\' && i + 3 < field.length()) {
                bytes.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                bytes.append(field.charAt(i));
            }
        }
        return bytes.toString();
    }

    /** syncfs(2) of every filesystem, then a flush of its device; all of them, whatever error is thrown in the end. */
    void sync() throws GuestFilesystemException {
        Failure failure = new Failure();
        List<Mounted> mounts = list();
        failure.run(() -> syncFilesystem(root.directory()));
        for (Mounted mount : mounts) {
            failure.run(() -> syncFilesystem(mount.point()));
            failure.run(() -> flushDevice(mount.source()));
        }
        failure.rethrow();
    }

    /**
     * Unmounts everything, the last first, and flushes the devices; all that can be, whatever error is thrown in the end.
     * Nothing of ours may be open there.
     *
     * @throws GuestFilesystemException {@code EBUSY} if something goes on being used
     */
    void unmountAll() throws GuestFilesystemException {
        Failure failure = new Failure();
        failure.run(this::sync);
        List<Mounted> mounts = list();
        failure.run(root::showBare);
        for (int i = mounts.size() - 1; i >= 0; i--) {
            Mounted mount = mounts.get(i);
            failure.run(() -> unmount(mount.point()));
        }
        for (Mounted mount : mounts) {
            failure.run(() -> flushDevice(mount.source()));
        }
        failure.rethrow();
    }

    /** umount2(2), trying again for a while if it is in use. */
    static void unmount(String point) throws GuestFilesystemException {
        long result = 0;
        for (int attempt = 0; attempt < UNMOUNT_ATTEMPTS; attempt++) {
            long address = Scratch.ofThread().putString(Scratch.NAME, point);
            result = Libc.syscall(Abi.SYS_UMOUNT2, address, Abi.UMOUNT_NOFOLLOW, 0, 0, 0);
            if (!Syscalls.failedWith(result, Errno.EBUSY)) {
                break;
            }
            Pause.millis(UNMOUNT_RETRY_MILLIS);
        }
        Syscalls.check(result, "unmount", point);
    }

    private static void syncFilesystem(String point) throws GuestFilesystemException {
        int directory = (int) Syscalls.check(Syscalls.open(point, Abi.O_RDONLY | Abi.O_DIRECTORY), "sync", point);
        try {
            Syscalls.check(Syscalls.syncfs(directory), "sync", point);
        } finally {
            Syscalls.close(directory);
        }
    }

    /** Not every filesystem has its device write down what it was given. */
    private static void flushDevice(String source) throws GuestFilesystemException {
        if (source.startsWith("/dev/")) {
            SystemFiles.flush(source, 0);
        }
    }

    /** Runs steps one after the other and keeps the first error. */
    private static final class Failure {
        private @Nullable GuestFilesystemException first;

        interface Step {
            void run() throws GuestFilesystemException;
        }

        void run(Step step) {
            try {
                step.run();
            } catch (GuestFilesystemException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }

        void rethrow() throws GuestFilesystemException {
            if (first != null) {
                throw first;
            }
        }
    }
}
