package org.guestmount.appliance.inspect;

import java.util.List;
import java.util.Map;
import org.guestmount.core.machine.OperatingSystem.Family;

/**
 * What the files of one tree tell: that it is a system's root, or the {@code /usr} of one.
 *
 * @param place the tree
 * @param role what it is
 * @param identity which system it is
 * @param fstab what it mounts
 * @param names what it calls encrypted volumes and arrays
 * @param implied what it mounts without being told to
 * @param hasUsr whether there are programs in {@code /usr}
 * @param links where directories of the root lead elsewhere: the bytes of absolute paths
 * @param letters what Windows calls volumes by, as {@code MountedDevices} has it
 * @param notes for {@link org.guestmount.core.machine.OperatingSystem#notes}
 */
record Finding(
        Place place,
        Role role,
        Identity identity,
        List<Fstab.Entry> fstab,
        VolumeNames names,
        List<Implied> implied,
        boolean hasUsr,
        Map<String, String> links,
        Map<String, byte[]> letters,
        List<String> notes) {
    /** What a tree can be. */
    enum Role {
        ROOT,
        USR,
        MEDIA
    }

    /** A folder of the same filesystem that is mounted besides the root. */
    record Implied(String mountpoint, String folder) {}

    /**
     * Texts as of {@link org.guestmount.core.machine.OperatingSystem}, for people.
     */
    record Identity(
            Family family, String distribution, String product, String version, String hostname, String architecture) {
        Identity with(Identity other) {
            return new Identity(family, other.distribution, other.product, other.version, hostname, other.architecture);
        }
    }

    /** A root of which nothing but what it is is known. */
    static Finding of(Place place, Role role, Identity identity) {
        return new Finding(
                place, role, identity, List.of(), VolumeNames.NONE, List.of(), true, Map.of(), Map.of(), List.of());
    }
}
