package org.guestmount.appliance.daemon;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;

/**
 * This thread's memory for the arguments and results of system calls, and the identity under which the thread makes
 * files. What one call leaves in an area is valid until the next call that uses the area.
 */
final class Scratch {
    /** Size of the {@link #DATA} area: the largest xattr value or list, in bytes. */
    static final int DATA_BYTES = 1 << 16;

    /** The two areas for names. */
    static final int NAME = 0;

    static final int SECOND_NAME = 2 * Abi.PATH_MAX;

    /** The area for a struct, of at most {@code PATH_MAX} bytes. */
    static final int STRUCT = 4 * Abi.PATH_MAX;

    /** The area for what is read. */
    static final int DATA = 5 * Abi.PATH_MAX;

    /** The area for directory entries. */
    static final int ENTRIES = DATA + DATA_BYTES;

    /** Size of the {@link #ENTRIES} area: what hundreds of them take. */
    static final int ENTRIES_BYTES = 1 << 15;

    /** A NUL which is never overwritten: the empty name. */
    private static final int EMPTY = ENTRIES + ENTRIES_BYTES;

    private static final int SIZE = EMPTY + 8;

    private static final ThreadLocal<Scratch> OF_THREAD = new OfThread();

    private final ByteBuffer memory = ByteBuffer.allocateDirect(SIZE).order(ByteOrder.nativeOrder());
    private final long address = Libc.address(memory);
    private boolean keepsCapabilities;

    /** The working directory that the thread began with; negative as long as it shares it with others. */
    private int home = -1;

    private Credentials identity = Credentials.ROOT;

    private Scratch() {}

    static Scratch ofThread() {
        return OF_THREAD.get();
    }

    /** The memory of all areas, in the machine's byte order; use absolute positions only. */
    ByteBuffer memory() {
        return memory;
    }

    /** The address of an area. */
    long address(int area) {
        return address + area;
    }

    /** The address of an empty string. */
    long empty() {
        return address + EMPTY;
    }

    /**
     * Writes a string of bytes, and a NUL, into an area for names.
     *
     * @return the area's address
     * @throws GuestFilesystemException {@code ENAMETOOLONG} from {@code PATH_MAX} bytes on, {@code EINVAL} for a NUL in
     *     it or a char that is not a byte
     */
    long putString(int area, String bytes) throws GuestFilesystemException {
        int length = bytes.length();
        if (length >= Abi.PATH_MAX) {
            throw GuestFilesystemException.of(Errno.ENAMETOOLONG, "pass", bytes);
        }
        put(area, bytes);
        return address + area;
    }

    /**
     * Writes the name by which proc(5) gives access to what a descriptor refers to. Following it leads to that very inode,
     * even if it is a symbolic link or has no name any more.
     *
     * @return the area's address
     */
    long putDescriptorPath(int area, int descriptor) throws GuestFilesystemException {
        put(area, "/proc/self/fd/" + descriptor);
        return address + area;
    }

    private void put(int area, String bytes) throws GuestFilesystemException {
        byte[] encoded = bytes.getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < encoded.length; i++) {
            if (encoded[i] == 0 || bytes.charAt(i) > 0xFF) {
                throw GuestFilesystemException.of(Errno.EINVAL, "pass", bytes);
            }
        }
        memory.put(area, encoded).put(area + encoded.length, (byte) 0);
    }

    /** The string of so many bytes at a position. */
    String getString(int position, int length) {
        byte[] bytes = new byte[length];
        memory.get(position, bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /**
     * Makes this thread create files as someone, with all capabilities kept: setfsuid(2) concerns one thread only, and
     * {@code SECBIT_NO_SETUID_FIXUP} of capabilities(7) keeps it from taking capabilities away.
     */
    void actAs(Credentials someone) throws GuestFilesystemException {
        if (someone.uid() == -1 || someone.gid() == -1) {
            throw GuestFilesystemException.of(Errno.EINVAL, "act as", someone);
        }
        if (!keepsCapabilities) {
            Syscalls.check(
                    Libc.syscall(Abi.SYS_PRCTL, Abi.PR_SET_SECUREBITS, Abi.SECBIT_NO_SETUID_FIXUP, 0, 0, 0),
                    "act as",
                    someone);
            keepsCapabilities = true;
        }
        if (identity.gid() != someone.gid()) {
            Libc.syscall(Abi.SYS_SETFSGID, Integer.toUnsignedLong(someone.gid()), 0, 0, 0, 0);
        }
        if (identity.uid() != someone.uid()) {
            Libc.syscall(Abi.SYS_SETFSUID, Integer.toUnsignedLong(someone.uid()), 0, 0, 0, 0);
        }
        identity = someone;
    }

    /**
     * Makes a directory the working directory of this thread only, to be ended with {@link #leave}: as long as a thread is in
     * it, its filesystem is in use.
     */
    void enter(int directory) throws GuestFilesystemException {
        if (home < 0) {
            Syscalls.check(Libc.syscall(Abi.SYS_UNSHARE, Abi.CLONE_FS, 0, 0, 0, 0), "enter", "a directory");
            home = (int) Syscalls.check(Syscalls.open(".", Abi.O_PATH | Abi.O_DIRECTORY), "open", ".");
        }
        Syscalls.check(Libc.syscall(Abi.SYS_FCHDIR, directory, 0, 0, 0, 0), "enter", "a directory");
    }

    void leave() {
        Libc.syscall(Abi.SYS_FCHDIR, home, 0, 0, 0, 0);
    }

    private static final class OfThread extends ThreadLocal<Scratch> {
        @Override
        protected Scratch initialValue() {
            return new Scratch();
        }
    }
}
