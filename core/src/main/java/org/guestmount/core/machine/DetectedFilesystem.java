package org.guestmount.core.machine;

import java.util.List;
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
 * @param subvolumes paths of the subvolumes of btrfs, without a leading slash, each of which can be mounted with
 *     {@code subvol=}; not all of them if there are very many
 */
public record DetectedFilesystem(
        String device,
        String type,
        @Nullable String label,
        @Nullable String uuid,
        long sizeBytes,
        boolean mountable,
        List<String> subvolumes) {
    public DetectedFilesystem {
        subvolumes = List.copyOf(subvolumes);
    }

    /** One without subvolumes. */
    public DetectedFilesystem(
            String device,
            String type,
            @Nullable String label,
            @Nullable String uuid,
            long sizeBytes,
            boolean mountable) {
        this(device, type, label, uuid, sizeBytes, mountable, List.of());
    }

    /** The same with these subvolumes. */
    public DetectedFilesystem withSubvolumes(List<String> paths) {
        return new DetectedFilesystem(device, type, label, uuid, sizeBytes, mountable, paths);
    }
}
