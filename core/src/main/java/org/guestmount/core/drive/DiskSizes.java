package org.guestmount.core.drive;

import java.io.IOException;

/** Knows how long a disk is whose format is not looked into here. */
@FunctionalInterface
public interface DiskSizes {
    /**
     * The length of the disk in bytes.
     *
     * @throws IOException with QEMU's words if it cannot open the image
     */
    long virtualSize(DriveImage image) throws IOException, InterruptedException;
}
