package org.guestmount.appliance.daemon;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.OpenFlags;
import org.jspecify.annotations.Nullable;

/**
 * Writes much data to a file past the guest's page cache, where the kernel handles each page by itself: under emulation that takes
 * several times as long as all the rest. Before, the kernel writes and drops the pages that it has of that part of the file, so everybody
 * sees the same.
 *
 * <p>Source: open(2), <i>O_DIRECT</i>.
 */
final class DirectWriter implements AutoCloseable {
    /** Less is written as fast through the page cache, which does not wait for the disk. */
    private static final int LEAST_BYTES = 1 << 19;

    /** What the place in the file, the length and the memory have to be multiples of, whatever the disk's blocks are. */
    private static final int BLOCK_BYTES = 4096;

    /** The memory shared with the host has no pages that the kernel could hand to a disk. */
    private static final Queue<ByteBuffer> BUFFERS = new ConcurrentLinkedQueue<>();

    private final int opened;
    private final OpenFlags flags;

    /** Of the same file, once one is needed. */
    @GuardedBy("this")
    private int descriptor = -1;

    /** Whether the file turned out not to be written in this way. */
    private volatile boolean refused;

    private DirectWriter(int opened, OpenFlags flags) {
        this.opened = opened;
        this.flags = flags;
    }

    /**
     * One for a file.
     *
     * @param opened a descriptor of it, opened with these flags and not closed before this
     * @return null if it is not to be written, or only at its end
     */
    static @Nullable DirectWriter of(int opened, OpenFlags flags) {
        return flags.isWritable() && !flags.has(OpenFlags.APPEND) ? new DirectWriter(opened, flags) : null;
    }

    /** How many bytes at the beginning of such a write can be written in this way; 0 if that is not worth it. */
    static int part(long offset, int count) {
        return offset % BLOCK_BYTES == 0 && count >= LEAST_BYTES ? count - count % BLOCK_BYTES : 0;
    }

    /**
     * pwrite(2) of {@link #part}.
     *
     * @return how much was written; what is not, is to be written otherwise, which tells why it cannot be
     */
    int write(long offset, ByteBuffer source) {
        int count = part(offset, source.remaining());
        int target = count == 0 ? -1 : descriptor();
        return target < 0 ? 0 : write(target, offset, source, count);
    }

    private int write(int target, long offset, ByteBuffer source, int count) {
        int total = 0;
        ByteBuffer buffer = BUFFERS.poll();
        if (buffer == null) {
            buffer = ByteBuffer.allocateDirect(GuestFilesystem.MAX_TRANSFER_BYTES + BLOCK_BYTES)
                    .alignedSlice(BLOCK_BYTES);
        }
        try {
            while (total < count && !refused) {
                int wanted = Math.min(count - total, GuestFilesystem.MAX_TRANSFER_BYTES);
                buffer.clear().put(0, source, source.position(), wanted);
                long written = Libc.syscall(Abi.SYS_PWRITE64, target, Libc.address(buffer), wanted, offset + total, 0);
                refused = Syscalls.failedWith(written, Errno.EINVAL);
                if (written <= 0) {
                    break;
                }
                source.position(source.position() + (int) written);
                total += (int) written;
            }
        } finally {
            BUFFERS.add(buffer);
        }
        return total;
    }

    /** Negative where the file cannot be written in this way. */
    private synchronized int descriptor() {
        if (descriptor < 0 && !refused) {
            descriptor = open();
            refused = descriptor < 0;
        }
        return descriptor;
    }

    private int open() {
        try {
            // Elsewhere it is not known to be sound and of use: a compressing filesystem would not compress.
            return Stat.kindOfFilesystem(opened, "a file").isExtOrXfs()
                    ? (int) Syscalls.open(
                            "/proc/self/fd/" + opened,
                            Abi.O_WRONLY | Abi.O_DIRECT | (flags.bits() & (OpenFlags.SYNC | OpenFlags.DSYNC)))
                    : -1;
        } catch (GuestFilesystemException e) {
            return -1;
        }
    }

    @Override
    public synchronized void close() {
        if (descriptor >= 0) {
            Syscalls.close(descriptor);
        }
    }
}
