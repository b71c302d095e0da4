package org.guestmount.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One {@code -a}, with the {@code --format} and {@code --blocksize} that were in force where it stood.
 *
 * @param image absolute
 * @param format QEMU's name of the image format; null to have it detected
 * @param blockSize the drive's logical block size, 512 or 4096 bytes; null for the default
 */
record DriveOption(
        Path image, @Nullable String format, @Nullable Integer blockSize) {}
