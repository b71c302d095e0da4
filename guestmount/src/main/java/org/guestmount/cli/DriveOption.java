package org.guestmount.cli;

import java.util.List;
import org.guestmount.core.drive.Drive;
import org.guestmount.core.drive.ImageLocation;
import org.guestmount.core.libvirt.Libvirt;
import org.jspecify.annotations.Nullable;

/**
 * One {@code -a}, with the {@code --format}, {@code --snapshot} and {@code --blocksize} that were in force where it stood.
 *
 * @param image if it is of this host, absolute
 * @param format QEMU's name of the image format; null to have it detected
 * @param snapshot the image's internal snapshot; null for its latest state
 * @param blockSize the drive's logical block size, 512 or 4096 bytes; null for the default
 */
record DriveOption(
        ImageLocation image,
        @Nullable String format,
        @Nullable String snapshot,
        @Nullable Integer blockSize) implements AddedDrives {
    @Override
    public List<Drive> drives(boolean readOnly, Libvirt libvirt) {
        return List.of(new Drive(image, format, snapshot, readOnly, blockSize));
    }
}
