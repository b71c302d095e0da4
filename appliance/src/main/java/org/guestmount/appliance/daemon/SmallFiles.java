package org.guestmount.appliance.daemon;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;

/**
 * Files that are read whole, together: the disk is told of all before the first is waited for, which under emulation takes
 * much less than one after the other.
 *
 * <p>Owns: the descriptors of those it could open.
 */
final class SmallFiles implements AutoCloseable {
    /** A file that cannot be read, or is not small. */
    private static final int NONE = -1;

    private final GuestRoot root;
    private final List<GuestPath> paths = new ArrayList<>();
    private final List<Integer> descriptors = new ArrayList<>();
    private final List<Integer> sizes = new ArrayList<>();
    private int left = GuestFilesystem.MAX_TRANSFER_BYTES;

    SmallFiles(GuestRoot root) {
        this.root = root;
    }

    /** Opens a file, and has the kernel begin to read it. */
    void add(GuestPath path) {
        int descriptor = NONE;
        int size = 0;
        try {
            descriptor = (int)
                    Syscalls.check(root.open(path, Abi.O_RDONLY | Abi.O_NONBLOCK | Abi.O_NOCTTY, 0), "open", path);
            FileAttributes attributes = Stat.ofDescriptor(descriptor, path);
            long length = attributes.size();
            if (attributes.type() == FileType.REGULAR && length <= Math.min(GuestFilesystem.SMALL_FILE_BYTES, left)) {
                size = (int) length;
                left -= size;
                Libc.syscall(Abi.SYS_FADVISE64, descriptor, 0, size, Abi.POSIX_FADV_WILLNEED, 0);
            } else {
                Syscalls.close(descriptor);
                descriptor = NONE;
            }
        } catch (GuestFilesystemException e) {
            // To be told to who reads that file by itself.
            if (descriptor != NONE) {
                Syscalls.close(descriptor);
                descriptor = NONE;
            }
        }
        paths.add(path);
        descriptors.add(descriptor);
        sizes.add(size);
    }

    /** The contents of each file in order; absent where they cannot be had. */
    List<Optional<ByteBuffer>> read() {
        List<Optional<ByteBuffer>> contents = new ArrayList<>(paths.size());
        for (int i = 0; i < paths.size(); i++) {
            int descriptor = descriptors.get(i);
            contents.add(descriptor == NONE ? Optional.empty() : read(descriptor, sizes.get(i), paths.get(i)));
        }
        return contents;
    }

    private static Optional<ByteBuffer> read(int descriptor, int size, GuestPath path) {
        ByteBuffer content = ByteBuffer.allocate(size);
        try {
            Transfer.read(descriptor, 0, content, path);
        } catch (GuestFilesystemException e) {
            return Optional.empty();
        }
        return content.hasRemaining() ? Optional.empty() : Optional.of(content.flip());
    }

    @Override
    public void close() {
        for (int descriptor : descriptors) {
            if (descriptor != NONE) {
                Syscalls.close(descriptor);
            }
        }
    }
}
