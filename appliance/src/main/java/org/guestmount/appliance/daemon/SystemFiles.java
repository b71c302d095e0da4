package org.guestmount.appliance.daemon;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.guestmount.core.fs.GuestFilesystemException;

/** The small files by which the kernel tells and is told things, in /proc, /sys and /dev. Contents are bytes, one char each. */
final class SystemFiles {
    private SystemFiles() {}

    /** The whole file. */
    static String read(String path) throws GuestFilesystemException {
        int file = (int) Syscalls.check(Syscalls.open(path, Abi.O_RDONLY), "open", path);
        try {
            Scratch scratch = Scratch.ofThread();
            StringBuilder content = new StringBuilder();
            while (true) {
                long address = scratch.address(Scratch.DATA);
                int count = (int) Syscalls.check(Syscalls.read(file, address, Scratch.DATA_BYTES), "read", path);
                if (count == 0) {
                    return content.toString();
                }
                content.append(scratch.getString(Scratch.DATA, count));
            }
        } finally {
            Syscalls.close(file);
        }
    }

    /** The file's one line, without its end. */
    static String readLine(String path) throws GuestFilesystemException {
        return read(path).strip();
    }

    /** Writes to a file that exists. */
    static void write(String path, String content) throws GuestFilesystemException {
        int file = (int) Syscalls.check(Syscalls.open(path, Abi.O_WRONLY), "open", path);
        try {
            byte[] bytes = content.getBytes(StandardCharsets.ISO_8859_1);
            Scratch scratch = Scratch.ofThread();
            scratch.memory().put(Scratch.DATA, bytes);
            Syscalls.check(Syscalls.write(file, scratch.address(Scratch.DATA), bytes.length), "write", path);
        } finally {
            Syscalls.close(file);
        }
    }

    /** So many bytes of a device or file, from an offset on; fewer where it ends. At most what {@link Scratch#DATA} takes. */
    static byte[] readAt(String path, long offset, int length) throws GuestFilesystemException {
        int file = (int) Syscalls.check(Syscalls.open(path, Abi.O_RDONLY), "open", path);
        try {
            Scratch scratch = Scratch.ofThread();
            long address = scratch.address(Scratch.DATA);
            long count = Libc.syscall(Abi.SYS_PREAD64, file, address, length, offset, 0);
            byte[] bytes = new byte[(int) Syscalls.check(count, "read", path)];
            scratch.memory().get(Scratch.DATA, bytes);
            return bytes;
        } finally {
            Syscalls.close(file);
        }
    }

    /** The names in a directory; none if it is not there. */
    static List<String> names(String directory) {
        String[] names = new File(directory).list();
        return names == null ? List.of() : Arrays.asList(names);
    }

    /**
     * Has a device write down what it was given.
     *
     * @param flags of open(2), beside that for reading
     */
    static void flush(String device, int flags) throws GuestFilesystemException {
        int descriptor = (int) Syscalls.check(Syscalls.open(device, Abi.O_RDONLY | flags), "flush", device);
        try {
            Syscalls.check(Syscalls.fsync(descriptor), "flush", device);
        } finally {
            Syscalls.close(descriptor);
        }
    }

    /** Where a symbolic link points. */
    static String readLink(String path) throws GuestFilesystemException {
        int link = (int) Syscalls.check(Syscalls.open(path, Abi.O_PATH | Abi.O_NOFOLLOW), "open", path);
        try {
            return Details.linkTargetOfDescriptor(link, path);
        } finally {
            Syscalls.close(link);
        }
    }
}
