package org.guestmount.it.zoo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.guestmount.it.framework.GuestImage;

/**
 * A guest and what is known of it.
 *
 * @param product as its own files call it
 * @param disks in the order of their names
 * @param keys arguments of {@code --key}
 * @param mounts device, with a subvolume after a colon, by mountpoint: the whole mount table
 */
record ZooGuest(
        String name,
        String product,
        String hostname,
        List<GuestImage> disks,
        List<String> keys,
        Map<String, String> mounts) {
    ZooGuest {
        disks = List.copyOf(disks);
        keys = List.copyOf(keys);
        mounts = Map.copyOf(mounts);
    }

    /** Arguments for its disks and keys, as guestmount and libguestfs's tools take them. */
    List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        for (GuestImage disk : disks) {
            arguments.addAll(
                    List.of("--format=" + disk.format(), "-a", disk.path().toString()));
        }
        for (String key : keys) {
            arguments.addAll(List.of("--key", key));
        }
        return arguments;
    }

    @Override
    public String toString() {
        return name;
    }
}
