package org.guestmount.appliance.daemon;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.guestmount.appliance.inspect.GuestFile;
import org.guestmount.appliance.inspect.GuestTree;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.GuestFilesystemException;
import org.jspecify.annotations.Nullable;

/**
 * A directory of a mounted filesystem as a tree by itself. Owns its descriptor.
 *
 * <p>Source: openat2(2) on {@code RESOLVE_IN_ROOT}.
 */
final class MountedTree implements GuestTree, AutoCloseable {
    private static final int IN_ROOT = Abi.RESOLVE_IN_ROOT | Abi.RESOLVE_NO_MAGICLINKS;

    private final int root;

    /** @param root a directory, opened with {@code O_PATH}; closed with this */
    MountedTree(int root) {
        this.root = root;
    }

    @Override
    public Kind kind(String path) {
        FileAttributes attributes = attributes(path);
        if (attributes == null) {
            return Kind.NOTHING;
        }
        return switch (attributes.type()) {
            case REGULAR -> Kind.FILE;
            case DIRECTORY -> Kind.DIRECTORY;
            default -> Kind.OTHER;
        };
    }

    @Override
    public long modified(String path) {
        FileAttributes attributes = attributes(path);
        return attributes == null ? 0 : attributes.modified().seconds();
    }

    private @Nullable FileAttributes attributes(String path) {
        long node = open(path, Abi.O_PATH);
        if (node < 0) {
            return null;
        }
        try {
            return Stat.ofDescriptor((int) node, path);
        } catch (GuestFilesystemException e) {
            return null;
        } finally {
            Syscalls.close((int) node);
        }
    }

    @Override
    public @Nullable String linkTarget(String path) {
        long node = open(path, Abi.O_PATH | Abi.O_NOFOLLOW);
        if (node < 0) {
            return null;
        }
        try {
            return Details.linkTargetOfDescriptor((int) node, path);
        } catch (GuestFilesystemException e) {
            return null;
        } finally {
            Syscalls.close((int) node);
        }
    }

    @Override
    public @Nullable GuestFile open(String path) {
        long descriptor = open(path, Abi.O_RDONLY | Abi.O_NONBLOCK | Abi.O_NOCTTY);
        if (descriptor < 0) {
            return null;
        }
        try {
            FileAttributes attributes = Stat.ofDescriptor((int) descriptor, path);
            if (attributes.type() == FileType.REGULAR) {
                return new OpenedFile((int) descriptor, attributes.size());
            }
        } catch (GuestFilesystemException e) {
            // What cannot be read is not there.
        }
        Syscalls.close((int) descriptor);
        return null;
    }

    @Override
    public List<String> list(String path, int max) {
        List<String> names = new ArrayList<>();
        long directory = open(path, Abi.O_RDONLY | Abi.O_DIRECTORY);
        if (directory >= 0) {
            try {
                while (names.size() < max && addNames((int) directory, names, max)) {
                    // the next part
                }
            } finally {
                Syscalls.close((int) directory);
            }
        }
        return names;
    }

    /** Adds what getdents64(2) gives at once; false at the end. */
    private static boolean addNames(int directory, List<String> names, int max) {
        Scratch scratch = Scratch.ofThread();
        ByteBuffer memory = scratch.memory();
        long length = Libc.syscall(
                Abi.SYS_GETDENTS64, directory, scratch.address(Scratch.ENTRIES), Scratch.ENTRIES_BYTES, 0, 0);
        int end = Scratch.ENTRIES + (int) Math.max(0, length);
        for (int at = Scratch.ENTRIES; at < end && names.size() < max; ) {
            int name = at + Abi.DIRENT_NAME;
            int nameLength = 0;
            while (memory.get(name + nameLength) != 0) {
                nameLength++;
            }
            String each = scratch.getString(name, nameLength);
            if (!each.equals(".") && !each.equals("..")) {
                names.add(each);
            }
            at += memory.getShort(at + Abi.DIRENT_LENGTH) & 0xFFFF;
        }
        return length > 0;
    }

    /** Opens what a path leads to; a negative errno if that fails. */
    private long open(String path, int flags) {
        int from = 0;
        while (from < path.length() && path.charAt(from) == '/') {
            from++;
        }
        try {
            return Syscalls.open(root, from == path.length() ? "." : path.substring(from), flags, 0, IN_ROOT);
        } catch (GuestFilesystemException e) {
            return -e.errno().number();
        }
    }

    @Override
    public void close() {
        Syscalls.close(root);
    }

    /** Owns its descriptor. */
    private record OpenedFile(int descriptor, long size) implements GuestFile {
        @Override
        public int read(long position, byte[] into) {
            ByteBuffer destination = ByteBuffer.wrap(into);
            try {
                Transfer.read(descriptor, position, destination, "a file");
            } catch (GuestFilesystemException e) {
                // What was read until then counts.
            }
            return destination.position();
        }

        @Override
        public void close() {
            Syscalls.close(descriptor);
        }
    }
}
