package org.guestmount.appliance.daemon;

import java.util.ArrayList;
import java.util.List;
import org.guestmount.appliance.inspect.Inspection;
import org.guestmount.appliance.inspect.Place;
import org.guestmount.appliance.inspect.Place.Subvolume;
import org.guestmount.appliance.inspect.Volume;
import org.guestmount.appliance.inspect.Volumes;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.machine.DetectedFilesystem;
import org.guestmount.core.machine.OperatingSystem;

/** Mounts one filesystem after the other, read-only and apart, for {@link Inspection} to look at. */
final class Inspector {
    /** More than a guest has; each takes some milliseconds. */
    private static final int MAX_FILESYSTEMS = 128;

    private final BlockDevices devices;
    private final Blkid blkid;
    private final Staging staging;

    Inspector(BlockDevices devices, Blkid blkid, Staging staging) {
        this.devices = devices;
        this.blkid = blkid;
        this.staging = staging;
    }

    List<OperatingSystem> inspect(List<DetectedFilesystem> filesystems) {
        List<Volume> volumes = new ArrayList<>();
        for (DetectedFilesystem filesystem : filesystems) {
            String node = node(filesystem);
            volumes.add(new Volume(filesystem, blkid.partition(node), devices.mapperUuid(node)));
        }
        Inspection inspection = new Inspection(new Volumes(volumes));
        int mounted = 0;
        for (Volume volume : volumes) {
            if (volume.filesystem().mountable() && mounted++ < MAX_FILESYSTEMS) {
                inspect(volume, inspection);
            }
        }
        return inspection.systems();
    }

    /** The device's path; its name if it has gone, with which nothing can be done either. */
    private String node(DetectedFilesystem filesystem) {
        try {
            return devices.node(filesystem.device());
        } catch (GuestFilesystemException e) {
            return filesystem.device();
        }
    }

    /** In one of the ways in which it can be mounted, if any; the first leave the disk as it is even if a journal should be replayed. */
    private void inspect(Volume volume, Inspection inspection) {
        DetectedFilesystem filesystem = volume.filesystem();
        String node = node(filesystem);
        for (String options : waysToMount(filesystem.type())) {
            try (Staging.Mounted mounted = staging.mount(filesystem.device(), node, filesystem.type(), options)) {
                inspect(mounted.root(), volume, inspection);
                return;
            } catch (GuestFilesystemException e) {
                // The next way, or none.
            }
        }
    }

    /** Source: mount(8), and the kernel's Documentation/filesystems, on each. */
    private static List<String> waysToMount(String type) {
        return switch (type) {
            case "ext3", "ext4" -> List.of("ro,noload", "ro");
            case "xfs" -> List.of("ro,norecovery,nouuid", "ro,nouuid");
            case "nilfs2", "f2fs" -> List.of("ro,norecovery", "ro");
            case "btrfs" -> List.of(Subvolumes.MOUNT_OPTIONS, "ro,subvolid=5");
            default -> List.of("ro");
        };
    }

    private static void inspect(GuestRoot root, Volume volume, Inspection inspection) throws GuestFilesystemException {
        if (!volume.filesystem().type().equals("btrfs")) {
            inspect(root, GuestPath.ROOT, new Place(volume, null, ""), inspection);
            return;
        }
        Subvolumes subvolumes = Subvolumes.of(root);
        inspection.divided(volume, subvolumes.list(), subvolumes.defaultId());
        for (Subvolume subvolume : subvolumes.list()) {
            Place place = inspection.place(volume, subvolume);
            if (place != null) {
                inspect(root, GuestPath.of("/" + subvolume.path()), place, inspection);
            }
        }
    }

    private static void inspect(GuestRoot root, GuestPath folder, Place place, Inspection inspection)
            throws GuestFilesystemException {
        try (MountedTree tree = new MountedTree(root.locateDirectory(folder, "inspect"))) {
            inspection.examine(tree, place);
        }
    }
}
