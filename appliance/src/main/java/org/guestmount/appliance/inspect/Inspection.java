package org.guestmount.appliance.inspect;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.guestmount.appliance.inspect.Finding.Role;
import org.guestmount.appliance.inspect.Place.Subvolume;
import org.guestmount.core.machine.OperatingSystem;
import org.jspecify.annotations.Nullable;

/** The looking through a guest's filesystems, tree by tree, and what is made of it in the end. Not thread-safe. */
public final class Inspection {
    private static final int MAX_FINDINGS = 200;

    /** More roots than one guest has; each is told to the host in one message. */
    private static final int MAX_SYSTEMS = 32;

    private final Volumes volumes;
    private final Map<String, Divided> divided = new HashMap<>();
    private final List<Finding> findings = new ArrayList<>();

    /** @param volumes all of the guest's */
    public Inspection(Volumes volumes) {
        this.volumes = volumes;
    }

    private record Divided(List<Subvolume> subvolumes, long defaultSubvolume) {}

    /**
     * Takes note of the subvolumes that a filesystem has.
     *
     * @param defaultSubvolume the one that is mounted unless told otherwise
     */
    public void divided(Volume volume, List<Subvolume> subvolumes, long defaultSubvolume) {
        divided.put(volume.device(), new Divided(List.copyOf(subvolumes), defaultSubvolume));
    }

    /**
     * Where a subvolume of a filesystem that was {@link #divided} is; null if it need not be examined, being a snapshot that
     * a program keeps among others of its kind.
     */
    public @Nullable Place place(Volume volume, Subvolume subvolume) {
        Divided known = partsOf(volume);
        if (subvolume.id() == known.defaultSubvolume()) {
            return new Place(volume, null, "");
        }
        String path = "/" + subvolume.path() + "/";
        boolean snapshot = path.contains("/.snapshots/") || path.startsWith("/timeshift-btrfs/snapshots/");
        return snapshot ? null : new Place(volume, subvolume, "");
    }

    private Divided partsOf(Volume volume) {
        return divided.getOrDefault(volume.device(), new Divided(List.of(), Subvolume.TOP_LEVEL));
    }

    /** Looks at one tree. */
    public void examine(GuestTree tree, Place place) {
        if (findings.size() >= MAX_FINDINGS) {
            return;
        }
        Finding finding = Unix.examine(tree, place);
        finding = finding == null ? Linux.examine(tree, place) : finding;
        finding = finding == null ? Windows.examine(tree, place) : finding;
        finding = finding == null ? Media.examine(tree, place) : finding;
        if (finding != null) {
            findings.add(finding);
        }
    }

    /** What was found, in the order in which it was examined. */
    public List<OperatingSystem> systems() {
        List<OperatingSystem> systems = new ArrayList<>();
        for (Finding finding : findings) {
            if (finding.role() != Role.USR && systems.size() < MAX_SYSTEMS && !isCopy(finding)) {
                systems.add(new MountPlan(this, finding).system());
            }
        }
        return systems;
    }

    Volumes volumes() {
        return volumes;
    }

    /** The {@code /usr} trees that were found. */
    List<Finding> usrTrees() {
        List<Finding> trees = new ArrayList<>();
        for (Finding finding : findings) {
            if (finding.role() == Role.USR) {
                trees.add(finding);
            }
        }
        return trees;
    }

    /** What a line of fstab means of a filesystem; null if that has no such subvolume. */
    @Nullable
    Place placeOf(Volume volume, Fstab.Entry entry) {
        Divided known = partsOf(volume);
        String path = entry.value("subvol");
        String id = entry.value("subvolid");
        if (!volume.isBtrfs() || (path.isEmpty() && id.isEmpty())) {
            return new Place(volume, null, "");
        }
        String normal = String.join("/", Text.parts(path, '/'));
        for (Subvolume subvolume : known.subvolumes()) {
            if (path.isEmpty() ? id.equals(Long.toString(subvolume.id())) : normal.equals(subvolume.path())) {
                boolean usual = subvolume.id() == known.defaultSubvolume();
                return new Place(volume, usual ? null : subvolume, "");
            }
        }
        return null;
    }

    /** Whether its fstab says that another subvolume of the same filesystem is the root, and that is one. */
    private boolean isCopy(Finding finding) {
        Place place = finding.place();
        for (Fstab.Entry entry : finding.fstab()) {
            if (place.volume().isBtrfs() && entry.mountpoint().equals("/")) {
                Volume volume = volumes.find(entry.spec(), MountPlan.naming(finding));
                boolean same =
                        volume != null && volume.device().equals(place.volume().device());
                Place root = same ? placeOf(place.volume(), entry) : null;
                return root != null && !root.name().equals(place.name()) && isRoot(root);
            }
        }
        return false;
    }

    private boolean isRoot(Place place) {
        for (Finding finding : findings) {
            if (finding.role() == Role.ROOT && finding.place().name().equals(place.name())) {
                return true;
            }
        }
        return false;
    }
}
