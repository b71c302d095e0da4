package org.guestmount.core.drive;

import java.nio.file.Path;

/**
 * An image of this host.
 *
 * @param file an image file, the first of the pieces an image was split into, or a block device
 */
public record LocalImage(Path file) implements ImageLocation {
    @Override
    public String toString() {
        return file.toString();
    }
}
