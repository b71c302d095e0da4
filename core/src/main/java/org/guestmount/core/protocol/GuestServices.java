package org.guestmount.core.protocol;

import java.nio.ByteBuffer;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.machine.GuestMachine;

/**
 * What the daemon offers and the host asks for.
 *
 * @param window the memory that both share, direct; of capacity 0 if there is none
 */
public record GuestServices(GuestFilesystem filesystem, GuestMachine machine, ByteBuffer window) {
    /** Services without a window. */
    public GuestServices(GuestFilesystem filesystem, GuestMachine machine) {
        this(filesystem, machine, ByteBuffer.allocate(0));
    }
}
