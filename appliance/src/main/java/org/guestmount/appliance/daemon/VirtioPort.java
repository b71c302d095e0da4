package org.guestmount.appliance.daemon;

import java.nio.ByteBuffer;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;
import org.jspecify.annotations.Nullable;

/**
 * A virtio-serial port. It can be open once only, and what is read has come in one piece of at most 4 KiB, so that both ends
 * use large buffers of their own.
 *
 * <p>Source: drivers/char/virtio_console.c of the Linux kernel; without a host at the other end, poll(2) says
 * {@code POLLHUP}, a read is at the end of the file, and a write waits.
 */
final class VirtioPort implements Port {
    private static final String PORTS = "/sys/class/virtio-ports";
    private static final int POLL_MILLIS = 5;

    private final int descriptor;

    private VirtioPort(int descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * Waits for the port with this name, and for the host to be at its other end.
     *
     * @throws GuestFilesystemException {@code ETIMEDOUT} if that takes too long
     */
    static VirtioPort open(String name, int timeoutMillis) throws GuestFilesystemException {
        int waited = 0;
        String node = find(name);
        while (node == null && waited < timeoutMillis) {
            waited += POLL_MILLIS;
            Pause.millis(POLL_MILLIS);
            node = find(name);
        }
        if (node == null) {
            throw new GuestFilesystemException(Errno.ETIMEDOUT, "there is no virtio-serial port " + name);
        }
        int descriptor = (int) Syscalls.check(Syscalls.open(node, Abi.O_RDWR | Abi.O_NOCTTY), "open", node);
        while ((poll(descriptor, 0) & Abi.POLLHUP) != 0) {
            if (waited >= timeoutMillis) {
                throw new GuestFilesystemException(Errno.ETIMEDOUT, "nobody is at the other end of port " + name);
            }
            waited += POLL_MILLIS;
            Pause.millis(POLL_MILLIS);
        }
        return new VirtioPort(descriptor);
    }

    private static @Nullable String find(String name) throws GuestFilesystemException {
        for (String port : SystemFiles.names(PORTS)) {
            if (SystemFiles.readLine(PORTS + "/" + port + "/name").equals(name)) {
                return "/dev/" + port;
            }
        }
        return null;
    }

    /** poll(2) for input; returns what is so. */
    private static int poll(int descriptor, int timeoutMillis) throws GuestFilesystemException {
        Scratch scratch = Scratch.ofThread();
        scratch.memory()
                .putInt(Scratch.STRUCT, descriptor)
                .putShort(Scratch.STRUCT + 4, (short) Abi.POLLIN)
                .putShort(Scratch.STRUCT + 6, (short) 0);
        Syscalls.check(
                Libc.syscall(Abi.SYS_POLL, scratch.address(Scratch.STRUCT), 1, timeoutMillis, 0, 0), "poll", "port");
        return scratch.memory().getShort(Scratch.STRUCT + 6);
    }

    @Override
    public boolean awaitInput(int timeoutMillis) throws GuestFilesystemException {
        return poll(descriptor, timeoutMillis) != 0;
    }

    @Override
    public int read(ByteBuffer destination) throws GuestFilesystemException {
        int position = destination.position();
        long count = Syscalls.check(
                Syscalls.read(descriptor, Libc.address(destination) + position, destination.remaining()),
                "read",
                "port");
        destination.position(position + (int) count);
        return count == 0 ? -1 : (int) count;
    }

    @Override
    public void write(ByteBuffer source) throws GuestFilesystemException {
        Scratch scratch = Scratch.ofThread();
        long direct = source.isDirect() ? Libc.address(source) : 0;
        while (source.hasRemaining()) {
            int position = source.position();
            int wanted = source.remaining();
            long from = direct + position;
            if (direct == 0) {
                wanted = Math.min(wanted, Scratch.DATA_BYTES);
                scratch.memory().put(Scratch.DATA, source, position, wanted);
                from = scratch.address(Scratch.DATA);
            }
            long count = Syscalls.check(Syscalls.write(descriptor, from, wanted), "write", "port");
            source.position(position + (int) count);
        }
    }
}
