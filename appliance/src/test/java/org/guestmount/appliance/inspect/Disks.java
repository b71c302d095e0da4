package org.guestmount.appliance.inspect;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.guestmount.appliance.inspect.Place.Subvolume;
import org.guestmount.core.machine.DetectedFilesystem;
import org.guestmount.core.machine.MountRequest;
import org.guestmount.core.machine.OperatingSystem;
import org.jspecify.annotations.Nullable;

/** A guest's disks as a test describes them, and their inspection. */
final class Disks {
    private final List<Volume> volumes = new ArrayList<>();
    /** Those of each volume. */
    private final List<Map<Subvolume, GuestTree>> trees = new ArrayList<>();

    private final Map<Volume, Long> defaults = new LinkedHashMap<>();

    Disks volume(String device, String type, @Nullable String uuid, @Nullable String label, @Nullable GuestTree tree) {
        return volume(device, type, uuid, label, null, tree);
    }

    Disks volume(
            String device,
            String type,
            @Nullable String uuid,
            @Nullable String label,
            Volume.@Nullable Partition partition,
            @Nullable GuestTree tree) {
        return volume(
                new Volume(new DetectedFilesystem(device, type, label, uuid, 1, tree != null), partition, ""), tree);
    }

    /** A filesystem without label or UUID, on a device of device-mapper's. */
    Disks mapped(String device, String type, String mapperUuid, GuestTree tree) {
        return volume(new Volume(new DetectedFilesystem(device, type, null, null, 1, true), null, mapperUuid), tree);
    }

    private Disks volume(Volume volume, @Nullable GuestTree tree) {
        volumes.add(volume);
        Map<Subvolume, GuestTree> parts = new LinkedHashMap<>();
        if (tree != null) {
            parts.put(new Subvolume(Subvolume.TOP_LEVEL, ""), tree);
        }
        trees.add(parts);
        return this;
    }

    /** A subvolume of the volume last added. */
    Disks subvolume(long id, String path, GuestTree tree) {
        trees.get(trees.size() - 1).put(new Subvolume(id, path), tree);
        return this;
    }

    /** Makes a subvolume of the volume last added its default. */
    Disks defaultSubvolume(long id) {
        defaults.put(volumes.get(volumes.size() - 1), id);
        return this;
    }

    List<OperatingSystem> inspect() {
        Inspection inspection = new Inspection(new Volumes(volumes));
        for (int i = 0; i < volumes.size(); i++) {
            Volume volume = volumes.get(i);
            Map<Subvolume, GuestTree> parts = trees.get(i);
            if (volume.type().equals("btrfs")) {
                inspection.divided(
                        volume, List.copyOf(parts.keySet()), defaults.getOrDefault(volume, Subvolume.TOP_LEVEL));
            }
            parts.forEach((subvolume, tree) -> {
                Place place = inspection.place(volume, subvolume);
                if (place != null) {
                    inspection.examine(tree, place);
                }
            });
        }
        return inspection.systems();
    }

    /** The only system there is. */
    OperatingSystem system() {
        List<OperatingSystem> systems = inspect();
        if (systems.size() != 1) {
            throw new AssertionError(systems);
        }
        return systems.get(0);
    }

    /** Mounts as {@code DEVICE MOUNTPOINT OPTIONS}. */
    static List<String> lines(List<MountRequest> mounts) {
        return mounts.stream()
                .map(mount -> (mount.device() + " " + mount.mountpoint() + " " + mount.options()).strip())
                .toList();
    }
}
