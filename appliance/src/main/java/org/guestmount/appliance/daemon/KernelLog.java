package org.guestmount.appliance.daemon;

import java.nio.charset.StandardCharsets;
import org.guestmount.core.fs.GuestFilesystemException;

/**
 * What the kernel says from now on.
 *
 * <p>Source: Documentation/ABI/testing/dev-kmsg of the Linux kernel.
 */
final class KernelLog implements AutoCloseable {
    /** More than this says nothing more. */
    private static final int MAX_LINES = 30;

    private final long descriptor;

    private KernelLog(long descriptor) {
        this.descriptor = descriptor;
    }

    /** Begins to listen. Where the log cannot be read, nothing will be heard. */
    static KernelLog fromNow() throws GuestFilesystemException {
        long opened = Syscalls.open("/dev/kmsg", Abi.O_RDONLY | Abi.O_NONBLOCK);
        if (opened >= 0) {
            Libc.syscall(Abi.SYS_LSEEK, opened, 0, Abi.SEEK_END, 0, 0);
        }
        return new KernelLog(opened);
    }

    /** The lines said since, each after a line feed, as text; empty if there were none. */
    String lines() {
        Scratch scratch = Scratch.ofThread();
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < MAX_LINES && descriptor >= 0; i++) {
            long length = Syscalls.read((int) descriptor, scratch.address(Scratch.DATA), Scratch.DATA_BYTES);
            if (length <= 0) {
                break;
            }
            lines.append('\n').append(messageOf(scratch.getString(Scratch.DATA, (int) length)));
        }
        return new String(lines.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** The message in a record {@code priority,sequence,time,flags;message LF key=value LF…}. */
    static String messageOf(String record) {
        int from = record.indexOf(';') + 1;
        int to = record.indexOf('\n', from);
        return record.substring(from, to < 0 ? record.length() : to);
    }

    @Override
    public void close() {
        if (descriptor >= 0) {
            Syscalls.close((int) descriptor);
        }
    }
}
