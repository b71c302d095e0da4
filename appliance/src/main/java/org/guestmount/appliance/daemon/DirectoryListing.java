package org.guestmount.appliance.daemon;

import java.nio.ByteBuffer;
import org.guestmount.core.fs.DirectoryEntry;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileDetails;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.InodeKey;
import org.jspecify.annotations.Nullable;

/**
 * A directory being listed. Does not own its descriptor.
 *
 * <p>The directory is made the thread's own while a part is listed, so that the kernel is given names as getdents64(2)
 * left them in memory, and resolves nothing but them.
 */
final class DirectoryListing {
    /**
     * How often an entry is looked at until its type and its target belong together: not all filesystems say of what type an
     * entry is, and something else may take its name.
     */
    private static final int ATTEMPTS = 100;

    private final int directory;
    private final @Nullable UnchangingInodes inodes;

    /** Directory entries got and not yet listed. */
    private byte[] left = {};

    private boolean ended;

    /** @param inodes of the directory's filesystem, if they can be had without the kernel */
    DirectoryListing(int directory, @Nullable UnchangingInodes inodes) {
        this.directory = directory;
        this.inodes = inodes;
    }

    /** Whether everything was listed. */
    synchronized boolean hasEnded() {
        return ended && left.length == 0;
    }

    /**
     * Lists the entries that follow, none only at the end.
     *
     * @param maxBytes about how large they may become, encoded
     */
    synchronized void next(int maxBytes, EncodedEntries entries) throws GuestFilesystemException {
        Scratch scratch = Scratch.ofThread();
        ByteBuffer memory = scratch.memory();
        int at = Scratch.ENTRIES;
        int end = at + left.length;
        memory.put(at, left);
        scratch.enter(directory);
        try {
            while (entries.bytes() < maxBytes && !ended) {
                if (at == end) {
                    at = Scratch.ENTRIES;
                    end = at + read(scratch);
                    ended = at == end;
                } else {
                    int entry = at;
                    at += memory.getShort(entry + Abi.DIRENT_LENGTH) & 0xFFFF;
                    list(scratch, entry, entries);
                }
            }
        } finally {
            scratch.leave();
            left = new byte[end - at];
            memory.get(at, left);
        }
    }

    private int read(Scratch scratch) throws GuestFilesystemException {
        long length = Libc.syscall(
                Abi.SYS_GETDENTS64, directory, scratch.address(Scratch.ENTRIES), Scratch.ENTRIES_BYTES, 0, 0);
        return (int) Syscalls.check(length, "list", "directory");
    }

    private void list(Scratch scratch, int entry, EncodedEntries entries) throws GuestFilesystemException {
        int name = entry + Abi.DIRENT_NAME;
        int nameLength = lengthOf(scratch.memory(), name);
        if (isDots(scratch.memory(), name, nameLength)) {
            return;
        }
        if (inodes == null || !inodes.list(scratch, entry, nameLength, entries)) {
            ask(scratch, entry, nameLength, entries);
        }
    }

    /**
     * Lists an entry as the kernel describes it, unless its name has gone meanwhile; one that cannot be read does not hide the
     * others.
     */
    private void ask(Scratch scratch, int entry, int nameLength, EncodedEntries entries)
            throws GuestFilesystemException {
        int name = entry + Abi.DIRENT_NAME;
        long address = scratch.address(name);
        boolean isLink = scratch.memory().get(entry + Abi.DIRENT_TYPE) == Abi.DT_LNK;
        long target = 0;
        boolean agree = false;
        for (int attempt = 0; attempt < ATTEMPTS && !agree; attempt++) {
            // Before the attributes, among which is when it was last read.
            target = isLink ? Details.readLink(scratch, Abi.AT_FDCWD, address) : 0;
            long found = Stat.call(scratch, Abi.AT_FDCWD, address, Abi.AT_SYMLINK_NOFOLLOW);
            if (Syscalls.failedWith(found, Errno.ENOENT)) {
                return;
            }
            if (found < 0) {
                break;
            }
            boolean wasLink = isLink;
            isLink = Stat.type(scratch) == FileType.SYMBOLIC_LINK;
            agree = isLink == wasLink
                    && !Syscalls.failedWith(target, Errno.EINVAL)
                    && !Syscalls.failedWith(target, Errno.ENOENT);
        }
        if (!agree || target < 0) {
            entries.add(unreadable(scratch, entry, scratch.getString(name, nameLength)));
            return;
        }
        boolean mayHaveXattrs = Libc.syscall(Abi.SYS_LLISTXATTR, address, 0, 0, 0, 0) != 0;
        entries.add(scratch, name, nameLength, isLink ? (int) target : -1, mayHaveXattrs, null);
    }

    private DirectoryEntry unreadable(Scratch scratch, int entry, String name) throws GuestFilesystemException {
        long inode = scratch.memory().getLong(entry + Abi.DIRENT_INODE);
        int mode = scratch.memory().get(entry + Abi.DIRENT_TYPE) << Abi.TYPE_SHIFT;
        FileType type = FileType.isTyped(mode) ? FileType.ofMode(mode) : FileType.REGULAR;
        long device = Stat.deviceOf(directory, "directory being listed");
        return new DirectoryEntry(name, FileDetails.unreadable(new InodeKey(device, inode), type));
    }

    private static int lengthOf(ByteBuffer memory, int name) {
        int end = name;
        while (memory.get(end) != 0) {
            end++;
        }
        return end - name;
    }

    /** Whether it is {@code .} or {@code ..}. */
    private static boolean isDots(ByteBuffer memory, int name, int length) {
        return length <= 2 && memory.get(name) == '.' && (length == 1 || memory.get(name + 1) == '.');
    }
}
