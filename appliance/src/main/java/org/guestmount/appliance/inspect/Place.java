package org.guestmount.appliance.inspect;

import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.machine.MountRequest;
import org.jspecify.annotations.Nullable;

/**
 * A tree that can be mounted: a filesystem, a subvolume of it, or a folder in one of these.
 *
 * @param subvolume null for what is mounted unless told otherwise
 * @param folder the bytes of an absolute path below that; empty for all of it
 */
public record Place(Volume volume, @Nullable Subvolume subvolume, String folder) {
    /**
     * Of btrfs.
     *
     * @param path its bytes, without a leading slash; empty for the top level
     */
    public record Subvolume(long id, String path) {
        /** The top level's. */
        public static final long TOP_LEVEL = 5;

        /** Whether the others are below it. */
        public boolean isTopLevel() {
            return id == TOP_LEVEL;
        }
    }

    /** The same filesystem and subvolume, but only a folder of it. */
    Place in(String other) {
        return new Place(volume, subvolume, other);
    }

    /** The device, and the subvolume after a colon. */
    String name() {
        String path = subvolume == null ? "" : subvolume.path();
        return path.isEmpty() ? volume.device() : volume.device() + ":" + GuestPath.textOfBytes(path);
    }

    /** @param more options besides those that it takes to get here, comma-separated */
    MountRequest mountedOn(GuestPath mountpoint, String more) {
        String all = MountRequest.joined(more, subvolume == null ? "" : option(subvolume));
        String below = folder.isEmpty() ? "" : "X-mount.subdir=" + GuestPath.textOfBytes(folder);
        return new MountRequest(volume.device(), mountpoint, MountRequest.joined(all, below), volume.type());
    }

    /** By its path, which people recognise, unless that would not be read as one word. */
    private static String option(Subvolume subvolume) {
        String path = subvolume.path();
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c <= ' ' || c >= 0x7F || c == ',' || c == '"' || c == '\\') {
                return "subvolid=" + subvolume.id();
            }
        }
        return path.isEmpty() ? "subvolid=" + subvolume.id() : "subvol=" + path;
    }
}
