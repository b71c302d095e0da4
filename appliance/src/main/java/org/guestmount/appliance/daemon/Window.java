package org.guestmount.appliance.daemon;

import java.nio.ByteBuffer;
import org.guestmount.core.fs.GuestFilesystemException;
import org.jspecify.annotations.Nullable;

/**
 * The memory that the host shares with the machine: physical memory which the kernel was told to leave alone, and which therefore
 * mem(4) gives access to.
 */
final class Window {
    private static final String MEMORY = "/dev/mem";

    private Window() {}

    /**
     * Maps it.
     *
     * @param place how many bytes and where, as {@code BYTES$ADDRESS}; null if there is no such memory
     * @return direct; of capacity 0 if there is no such memory or the kernel does not give access to it
     */
    static ByteBuffer open(@Nullable String place) throws GuestFilesystemException {
        if (place == null) {
            return none();
        }
        int separator = place.indexOf('$');
        int bytes = Integer.parseInt(place.substring(0, separator));
        long address = Long.decode(place.substring(separator + 1));
        int descriptor = (int) Syscalls.check(Syscalls.open(MEMORY, Abi.O_RDWR), "open", MEMORY);
        try {
            long mapped = Libc.map(descriptor, address, bytes);
            // A kernel that is locked down refuses.
            return mapped < 0 && mapped > -4096 ? none() : Libc.memoryAt(mapped, bytes);
        } finally {
            Syscalls.close(descriptor);
        }
    }

    private static ByteBuffer none() {
        return ByteBuffer.allocateDirect(0);
    }
}
