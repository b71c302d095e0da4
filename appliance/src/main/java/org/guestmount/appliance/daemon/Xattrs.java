package org.guestmount.appliance.daemon;

import java.util.ArrayList;
import java.util.List;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.XattrMode;

/**
 * Extended attributes of what a descriptor, {@code O_PATH} or not, refers to. They are reached through proc(5), because
 * fgetxattr(2) and its like refuse {@code O_PATH}.
 *
 * <p>Source: xattr(7), getxattr(2).
 */
final class Xattrs {
    private Xattrs() {}

    static byte[] get(int descriptor, String name, Object subject) throws GuestFilesystemException {
        Scratch scratch = Scratch.ofThread();
        long length = Libc.syscall(
                Abi.SYS_GETXATTR,
                scratch.putDescriptorPath(Scratch.NAME, descriptor),
                scratch.putString(Scratch.SECOND_NAME, name),
                scratch.address(Scratch.DATA),
                Scratch.DATA_BYTES,
                0);
        byte[] value = new byte[(int) Syscalls.check(length, "getxattr", subject)];
        scratch.memory().get(Scratch.DATA, value);
        return value;
    }

    static List<String> list(int descriptor, Object subject) throws GuestFilesystemException {
        Scratch scratch = Scratch.ofThread();
        int length = (int) Syscalls.check(
                Libc.syscall(
                        Abi.SYS_LISTXATTR,
                        scratch.putDescriptorPath(Scratch.NAME, descriptor),
                        scratch.address(Scratch.DATA),
                        Scratch.DATA_BYTES,
                        0,
                        0),
                "listxattr",
                subject);
        String all = scratch.getString(Scratch.DATA, length);
        List<String> names = new ArrayList<>();
        int from = 0;
        for (int end = all.indexOf(0); end >= 0; end = all.indexOf(0, from)) {
            names.add(all.substring(from, end));
            from = end + 1;
        }
        return names;
    }

    static void set(int descriptor, String name, byte[] value, XattrMode mode, Object subject)
            throws GuestFilesystemException {
        if (value.length > Scratch.DATA_BYTES) {
            throw GuestFilesystemException.of(Errno.E2BIG, "setxattr", subject);
        }
        Scratch scratch = Scratch.ofThread();
        scratch.memory().put(Scratch.DATA, value);
        Syscalls.check(
                Libc.syscall(
                        Abi.SYS_SETXATTR,
                        scratch.putDescriptorPath(Scratch.NAME, descriptor),
                        scratch.putString(Scratch.SECOND_NAME, name),
                        scratch.address(Scratch.DATA),
                        value.length,
                        mode.flags()),
                "setxattr",
                subject);
    }

    static void remove(int descriptor, String name, Object subject) throws GuestFilesystemException {
        Scratch scratch = Scratch.ofThread();
        Syscalls.check(
                Libc.syscall(
                        Abi.SYS_REMOVEXATTR,
                        scratch.putDescriptorPath(Scratch.NAME, descriptor),
                        scratch.putString(Scratch.SECOND_NAME, name),
                        0,
                        0,
                        0),
                "removexattr",
                subject);
    }
}
