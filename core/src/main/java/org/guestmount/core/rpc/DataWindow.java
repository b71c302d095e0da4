package org.guestmount.core.rpc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.protocol.WindowPart;
import org.jspecify.annotations.Nullable;

/**
 * The memory that host and guest share, cut into slots of the largest transfer. Whoever takes a slot has it to itself, as far as the
 * host is concerned; what the guest does there at any time is its own affair, and so nothing but file data is ever read from it.
 *
 * <p>Threads: any.
 */
public final class DataWindow {
    private final ConcurrentLinkedQueue<Slot> free = new ConcurrentLinkedQueue<>();
    private final int bytes;

    /** @param memory direct; what it has beyond whole slots is not used */
    DataWindow(ByteBuffer memory) {
        bytes = memory.capacity();
        int slotBytes = GuestFilesystem.MAX_TRANSFER_BYTES;
        for (int start = 0; start + slotBytes <= bytes; start += slotBytes) {
            free.add(new Slot(start, memory.slice(start, slotBytes)));
        }
    }

    /** Maps a file that the guest has as memory. */
    public static DataWindow map(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return new DataWindow(channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size()));
        }
    }

    /** No slots at all, for a guest without a window. */
    static DataWindow none() {
        return new DataWindow(ByteBuffer.allocate(0));
    }

    int bytes() {
        return bytes;
    }

    /** A free slot; null if there is none. */
    @Nullable
    Slot take() {
        return free.poll();
    }

    /** A part of the window that is lent to one request. */
    final class Slot {
        private final int start;
        private final ByteBuffer memory;

        private Slot(int start, ByteBuffer memory) {
            this.start = start;
            this.memory = memory;
        }

        /** The first bytes of it, as the guest is told of them. */
        WindowPart part(int length) {
            return new WindowPart(start, length);
        }

        /** The first bytes of it. */
        ByteBuffer data(int length) {
            return memory.slice(0, length);
        }

        /** Gives it back, once: when no request under way names it any more. */
        void free() {
            free.add(this);
        }
    }
}
