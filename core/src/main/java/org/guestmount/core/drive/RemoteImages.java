package org.guestmount.core.drive;

import java.io.IOException;

/** Opens images that are not on this host, to look into them. */
@FunctionalInterface
public interface RemoteImages {
    /**
     * Opens an image.
     *
     * @throws IOException if its server cannot be reached or refuses, saying why and what to do; does not name the image
     */
    Opened open(RemoteImage image) throws IOException, InterruptedException;

    /** An image while it is open. */
    interface Opened extends ImageBytes, DiskSizes {}
}
