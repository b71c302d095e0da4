package org.guestmount.fuse.libfuse;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.guestmount.core.fs.Errno;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that receives requests and has libfuse carry them out, by way of the callbacks, until the mount is gone. */
final class FuseWorker extends Thread {
    private static final Logger LOG = LoggerFactory.getLogger(FuseWorker.class);

    /** Offsets in {@code struct fuse_in_header} and {@code struct fuse_rename_in}: linux/fuse.h. */
    private static final int OPCODE_OFFSET = 4;

    private static final int RENAME_NAMES_OFFSET = 48;

    private static final int OPCODE_UNLINK = 10;
    private static final int OPCODE_RENAME = 12;

    private final Libfuse libfuse;
    private final Pointer session;
    private final Pointer channel;
    private final Pointer channelInOut;
    private final ByteBuffer buffer;
    private final Pointer bufferAddress;
    private final ByteBuffer transfer;
    private final Pointer transferAddress;

    FuseWorker(String name, Libfuse libfuse, Pointer session, Pointer channel) {
        super(name);
        Runtime runtime = Runtime.getRuntime(libfuse);
        this.libfuse = libfuse;
        this.session = session;
        this.channel = channel;
        this.channelInOut = Memory.allocateDirect(runtime, Long.BYTES);
        this.buffer = ByteBuffer.allocateDirect((int) libfuse.fuse_chan_bufsize(channel))
                .order(ByteOrder.nativeOrder());
        this.bufferAddress = Pointer.wrap(runtime, buffer);
        this.transfer = ByteBuffer.allocateDirect(buffer.capacity());
        this.transferAddress = Pointer.wrap(runtime, transfer);
    }

    /** The worker that runs the present callback. */
    static FuseWorker current() {
        return (FuseWorker) Thread.currentThread();
    }

    @Override
    public void run() {
        while (true) {
            channelInOut.putPointer(0, channel);
            int length = libfuse.fuse_chan_recv(channelInOut, bufferAddress, buffer.capacity());
            if (length == -Errno.EINTR.number() || length == -Errno.EAGAIN.number()) {
                continue;
            }
            if (length <= 0) {
                if (length < 0) {
                    LOG.error(
                            "receiving FUSE requests failed: {}",
                            Errno.of(-length).description());
                }
                libfuse.fuse_session_exit(session);
                return;
            }
            libfuse.fuse_session_process(session, bufferAddress, length, channel);
        }
    }

    /**
     * The data of a write as a buffer. It lies within the request received, which stays until the callback returns.
     */
    ByteBuffer requestData(Pointer data, int length) {
        long offset = data.address() - bufferAddress.address();
        if (offset >= 0 && offset + length <= buffer.capacity()) {
            return buffer.slice((int) offset, length);
        }
        byte[] copy = new byte[length];
        data.get(0, copy, 0, length);
        return ByteBuffer.wrap(copy);
    }

    /** Room for what is read, to be copied with {@link #copyRead}. */
    ByteBuffer transferBuffer(int length) {
        return length <= transfer.capacity() ? transfer.slice(0, length) : ByteBuffer.allocateDirect(length);
    }

    void copyRead(ByteBuffer from, Pointer to, int length) {
        if (length <= transfer.capacity()) {
            to.transferFrom(0, transferAddress, 0, length);
        } else {
            to.transferFrom(0, Pointer.wrap(to.getRuntime(), from.rewind()), 0, length);
        }
    }

    /**
     * Whether a rename callback to this name is libfuse keeping an open file that is being removed or replaced, and not
     * the rename that was asked for. The request under way tells them apart for certain; a name does not.
     */
    boolean isHiding(String newName) {
        return isUnlinking() || (opcode() == OPCODE_RENAME && !newName.equals(requestedNewName()));
    }

    /** Whether the request under way is to remove a file. */
    boolean isUnlinking() {
        return opcode() == OPCODE_UNLINK;
    }

    private int opcode() {
        return buffer.getInt(OPCODE_OFFSET);
    }

    /** The second of the two names, each ended by a NUL, that follow the structure. */
    private String requestedNewName() {
        int start = endOfName(RENAME_NAMES_OFFSET) + 1;
        byte[] name = new byte[endOfName(start) - start];
        buffer.get(start, name);
        return new String(name, StandardCharsets.ISO_8859_1);
    }

    private int endOfName(int start) {
        int end = start;
        while (buffer.get(end) != 0) {
            end++;
        }
        return end;
    }
}
