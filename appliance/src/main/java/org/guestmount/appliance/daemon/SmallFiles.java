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
    private final GuestRoot root;
    private final List<Optional<SmallFile>> files = new ArrayList<>();
    private int left = GuestFilesystem.MAX_TRANSFER_BYTES;

    SmallFiles(GuestRoot root) {
        this.root = root;
    }

    private record SmallFile(GuestPath path, int descriptor, int size) {}

    /** Opens a file, and has the kernel begin to read it. */
    void add(GuestPath path) {
        files.add(open(path));
    }

    /** Absent for a file that cannot be opened, which is told to who reads it by itself, and for one that is not small. */
    private Optional<SmallFile> open(GuestPath path) {
        // Nobody knows whether a program is going to read it.
        int flags = Abi.O_RDONLY | Abi.O_NONBLOCK | Abi.O_NOCTTY | Abi.O_NOATIME;
        try {
            int descriptor = (int) Syscalls.check(root.open(path, flags, 0), "open", path);
            Optional<SmallFile> opened = Optional.empty();
            try {
                opened = small(path, descriptor);
            } finally {
                if (opened.isEmpty()) {
                    Syscalls.close(descriptor);
                }
            }
            return opened;
        } catch (GuestFilesystemException e) {
            return Optional.empty();
        }
    }

    private Optional<SmallFile> small(GuestPath path, int descriptor) throws GuestFilesystemException {
        FileAttributes attributes = Stat.ofDescriptor(descriptor, path);
        long length = attributes.size();
        if (attributes.type() != FileType.REGULAR || length > Math.min(GuestFilesystem.SMALL_FILE_BYTES, left)) {
            return Optional.empty();
        }
        int size = (int) length;
        left -= size;
        Libc.syscall(Abi.SYS_FADVISE64, descriptor, 0, size, Abi.POSIX_FADV_WILLNEED, 0);
        return Optional.of(new SmallFile(path, descriptor, size));
    }

    /** The contents of each file in order; absent where they cannot be had. */
    List<Optional<ByteBuffer>> read() {
        List<Optional<ByteBuffer>> contents = new ArrayList<>(files.size());
        for (Optional<SmallFile> file : files) {
            contents.add(file.isPresent() ? read(file.get()) : Optional.empty());
        }
        return contents;
    }

    private static Optional<ByteBuffer> read(SmallFile file) {
        ByteBuffer content = ByteBuffer.allocate(file.size());
        try {
            Transfer.read(file.descriptor(), 0, content, file.path());
        } catch (GuestFilesystemException e) {
            return Optional.empty();
        }
        return content.hasRemaining() ? Optional.empty() : Optional.of(content.flip());
    }

    @Override
    public void close() {
        for (Optional<SmallFile> file : files) {
            if (file.isPresent()) {
                Syscalls.close(file.get().descriptor());
            }
        }
    }
}
