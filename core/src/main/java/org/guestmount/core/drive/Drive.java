package org.guestmount.core.drive;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A disk image as the user adds it.
 *
 * @param format the name of a {@link DriveFormat}, unchecked; null to have it detected
 * @param snapshot the name or id of the internal snapshot that is wanted rather than the latest state; null for that
 * @param readOnly whether the image must never change
 * @param blockSize the guest's logical and physical block size in bytes, 512 or 4096; null for QEMU's choice, 512
 */
public record Drive(
        ImageLocation image,
        @Nullable String format,
        @Nullable String snapshot,
        boolean readOnly,
        @Nullable Integer blockSize) {
    public Drive {
        if (blockSize != null && blockSize != 512 && blockSize != 4096) {
            throw new IllegalArgumentException("block size " + blockSize + " is neither 512 nor 4096");
        }
        if (snapshot != null && !readOnly) {
            throw new IllegalArgumentException("a snapshot can only be read");
        }
    }

    /** The latest state of an image of this host. */
    public Drive(Path file, @Nullable String format, boolean readOnly, @Nullable Integer blockSize) {
        this(new LocalImage(file), format, null, readOnly, blockSize);
    }
}
