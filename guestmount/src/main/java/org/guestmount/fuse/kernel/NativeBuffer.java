package org.guestmount.fuse.kernel;

import com.kenai.jffi.MemoryIO;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Memory for requests or answers. A direct buffer of Java's own is filled with zeros and so occupies all of its size; of
 * this only what large transfers have touched is occupied.
 *
 * @param address where it lies, for native calls
 * @param bytes the same memory; not to be used once closed
 */
record NativeBuffer(long address, ByteBuffer bytes) implements AutoCloseable {
    private static final MemoryIO MEMORY = MemoryIO.getInstance();

    static NativeBuffer allocate(int size) {
        long address = MEMORY.allocateMemory(size, false);
        return new NativeBuffer(
                address, MEMORY.newDirectByteBuffer(address, size).order(ByteOrder.nativeOrder()));
    }

    int capacity() {
        return bytes.capacity();
    }

    @Override
    public void close() {
        MEMORY.freeMemory(address);
    }
}
