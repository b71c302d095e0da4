package org.guestmount.appliance.inspect;

import org.guestmount.core.machine.DetectedFilesystem;
import org.guestmount.core.machine.DriveName;
import org.jspecify.annotations.Nullable;

/**
 * A device that holds something.
 *
 * @param filesystem what
 * @param partition what the partition table says of it; null if it is no partition
 * @param mapperUuid device-mapper's, such as {@code LVM-} and the identifiers of a volume group and a volume; empty if it is not
 *     device-mapper's
 */
public record Volume(
        DetectedFilesystem filesystem, @Nullable Partition partition, String mapperUuid) {
    /**
     * An entry of a partition table.
     *
     * @param uuid in a GUID partition table its GUID; in a DOS one the disk's identifier, a hyphen and its number, in
     *     hexadecimal digits; in small letters
     * @param label its name as text, empty without one
     * @param start where it begins on the disk, in bytes
     */
    public record Partition(String uuid, String label, long start) {}

    String device() {
        return filesystem.device();
    }

    String type() {
        return filesystem.type();
    }

    boolean isBtrfs() {
        return type().equals("btrfs");
    }

    /** The number of the drive it is on or is; -1 if it is made of others. */
    int drive() {
        DriveName name = DriveName.parse(device());
        return name == null ? -1 : name.drive();
    }
}
