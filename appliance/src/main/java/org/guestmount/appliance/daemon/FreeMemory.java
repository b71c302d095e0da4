package org.guestmount.appliance.daemon;

import java.io.File;
import org.guestmount.core.fs.GuestFilesystemException;

/** Has the appliance's free memory hold zeros, by filling a filesystem in memory with them and unmounting it. */
final class FreeMemory {
    private static final String FOLDER = "/zeros";
    private static final String FILE = FOLDER + "/zeros";

    private static final int KIBIBYTE = 1024;

    /** What the kernel and the daemon go on working with. */
    private static final long SPARED_BYTES = 20L << 20;

    private FreeMemory() {}

    /** Gives up caches and garbage first. */
    static void clear() throws GuestFilesystemException {
        System.gc();
        SystemFiles.write("/proc/sys/vm/drop_caches", "3");
        SystemFiles.write("/proc/sys/vm/compact_memory", "1");
        long bytes = freeBytes() - SPARED_BYTES;
        new File(FOLDER).mkdir();
        Scratch scratch = Scratch.ofThread();
        long mounted = Libc.syscall(
                Abi.SYS_MOUNT,
                scratch.putString(Scratch.NAME, "zeros"),
                scratch.putString(Scratch.SECOND_NAME, FOLDER),
                scratch.putString(Scratch.STRUCT, "tmpfs"),
                0,
                scratch.putString(Scratch.DATA, "size=100%"));
        Syscalls.check(mounted, "mount", FOLDER);
        try {
            fill(scratch, bytes);
        } finally {
            Libc.syscall(Abi.SYS_UMOUNT2, scratch.putString(Scratch.NAME, FOLDER), 0, 0, 0, 0);
            new File(FOLDER).delete();
        }
    }

    private static void fill(Scratch scratch, long bytes) throws GuestFilesystemException {
        int file = (int)
                Syscalls.check(Syscalls.open(Abi.AT_FDCWD, FILE, Abi.O_RDWR | Abi.O_CREAT, 0600, 0), "create", FILE);
        try {
            scratch.memory().put(Scratch.DATA, new byte[Scratch.DATA_BYTES]);
            for (long left = bytes; left > 0; left -= Scratch.DATA_BYTES) {
                Syscalls.check(Syscalls.write(file, scratch.address(Scratch.DATA), Scratch.DATA_BYTES), "write", FILE);
            }
        } finally {
            Syscalls.close(file);
        }
    }

    private static long freeBytes() throws GuestFilesystemException {
        String info = SystemFiles.read("/proc/meminfo");
        int from = info.indexOf("MemFree:") + "MemFree:".length();
        return Long.parseLong(info.substring(from, info.indexOf("kB", from)).strip()) * KIBIBYTE;
    }
}
