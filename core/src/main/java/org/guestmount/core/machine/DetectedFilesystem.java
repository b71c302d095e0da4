package org.guestmount.core.machine;

import org.jspecify.annotations.Nullable;

/**
 * What a block device was found to hold.
 *
 * @param device as {@link BlockDevice#name}
 * @param type as blkid(8) and mount(8) call it, for example {@code ext4}; {@code unknown} where nothing was recognised;
 *     a container's type, for example {@code LVM2_member} or {@code crypto_LUKS}, where {@code mountable} is false
 * @param label as text, null without one
 * @param uuid as text, null without one
 * @param sizeBytes of the device
 * @param mountable whether it is a filesystem rather than swap or a part of something larger
 */
public record DetectedFilesystem(
        String device,
        String type,
        @Nullable String label,
        @Nullable String uuid,
        long sizeBytes,
        boolean mountable) {}
