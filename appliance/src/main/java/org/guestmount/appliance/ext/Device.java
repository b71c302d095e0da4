package org.guestmount.appliance.ext;

import java.nio.ByteBuffer;
import org.guestmount.core.fs.GuestFilesystemException;

/** What a filesystem is on. Positions are in bytes from where the filesystem begins. */
public interface Device {
    /**
     * Fills a buffer, as far as the device reaches.
     *
     * @param into a direct buffer
     * @throws GuestFilesystemException if it cannot be read
     */
    void read(long position, ByteBuffer into) throws GuestFilesystemException;

    /** Tells that this much is going to be read. */
    void willRead(long position, int bytes);
}
