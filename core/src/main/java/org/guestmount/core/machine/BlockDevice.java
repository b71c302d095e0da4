package org.guestmount.core.machine;

import org.jspecify.annotations.Nullable;

/**
 * A disk, partition or other block device of the guest.
 *
 * @param name {@code /dev/VG/LV}, {@code /dev/mdN} or {@code /dev/mapper/NAME} for what is made of several; otherwise {@code /dev/sda} for the first drive added, whatever the kernel calls it; {@code /dev/sda1} for its first
 *     partition
 * @param parent the disk a partition is on; null for a whole device
 * @param sizeBytes its length
 * @param logicalBlockBytes its logical block size, in bytes
 * @param readOnly whether the device refuses writes
 */
public record BlockDevice(
        String name, @Nullable String parent, long sizeBytes, int logicalBlockBytes, boolean readOnly) {}
