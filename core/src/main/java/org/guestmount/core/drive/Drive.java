package org.guestmount.core.drive;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A disk image as the user adds it.
 *
 * @param file an image file or a block device
 * @param format the name of a {@link DriveFormat}, unchecked; null to have it detected
 * @param readOnly whether the image must never change
 * @param blockSize the guest's logical and physical block size in bytes, 512 or 4096; null for QEMU's choice, 512
 */
public record Drive(
        Path file,
        @Nullable String format,
        boolean readOnly,
        @Nullable Integer blockSize) {
    public Drive {
        if (blockSize != null && blockSize != 512 && blockSize != 4096) {
            throw new IllegalArgumentException("block size " + blockSize + " is neither 512 nor 4096");
        }
    }
}
