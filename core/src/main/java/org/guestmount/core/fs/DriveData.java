package org.guestmount.core.fs;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What the guest's drives hold, read without the guest. */
@FunctionalInterface
public interface DriveData {
    /** Of drives that nothing is known of. */
    DriveData NONE = (drive, offset, destination) -> false;

    /**
     * Fills a buffer's remaining space with what the guest would read from a drive at this moment.
     *
     * @param drive its number, from 0
     * @param offset of the first byte on the drive
     * @return false if that cannot be told, for this drive or by now; the buffer's contents and position are undefined then
     */
    boolean read(int drive, long offset, ByteBuffer destination) throws IOException;
}
