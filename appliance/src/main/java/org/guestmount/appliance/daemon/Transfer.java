package org.guestmount.appliance.daemon;

import java.nio.ByteBuffer;
import org.guestmount.core.fs.GuestFilesystemException;

/** Moves bytes between files and buffers: straight for direct buffers, through the thread's scratch memory for others. */
final class Transfer {
    private Transfer() {}

    /** pread(2) until the buffer is full or the file ends; returns how much was read. */
    static int read(int descriptor, long offset, ByteBuffer destination, Object subject)
            throws GuestFilesystemException {
        Scratch scratch = Scratch.ofThread();
        long direct = destination.isDirect() ? Libc.address(destination) : 0;
        int total = 0;
        while (destination.hasRemaining()) {
            int position = destination.position();
            int wanted = direct == 0 ? Math.min(destination.remaining(), Scratch.DATA_BYTES) : destination.remaining();
            long target = direct == 0 ? scratch.address(Scratch.DATA) : direct + position;
            int count = (int) Syscalls.check(
                    Libc.syscall(Abi.SYS_PREAD64, descriptor, target, wanted, offset + total, 0), "read", subject);
            if (count == 0) {
                break;
            }
            if (direct == 0) {
                destination.put(position, scratch.memory(), Scratch.DATA, count);
            }
            destination.position(position + count);
            total += count;
        }
        return total;
    }

    /** pwrite(2) until all is written; returns how much was, which is less only if an error came after some. */
    static int write(int descriptor, long offset, ByteBuffer source, Object subject) throws GuestFilesystemException {
        Scratch scratch = Scratch.ofThread();
        long direct = source.isDirect() ? Libc.address(source) : 0;
        int total = 0;
        while (source.hasRemaining()) {
            int position = source.position();
            int wanted = direct == 0 ? Math.min(source.remaining(), Scratch.DATA_BYTES) : source.remaining();
            long from = direct + position;
            if (direct == 0) {
                scratch.memory().put(Scratch.DATA, source, position, wanted);
                from = scratch.address(Scratch.DATA);
            }
            long count = Libc.syscall(Abi.SYS_PWRITE64, descriptor, from, wanted, offset + total, 0);
            if (count <= 0) {
                if (total == 0) {
                    Syscalls.check(count, "write", subject);
                }
                break;
            }
            source.position(position + (int) count);
            total += (int) count;
        }
        return total;
    }
}
