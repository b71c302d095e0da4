package org.guestmount.appliance.inspect;

import java.util.ArrayList;
import java.util.List;
import org.guestmount.appliance.inspect.Finding.Identity;
import org.guestmount.appliance.inspect.Finding.Implied;
import org.guestmount.appliance.inspect.Finding.Role;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.machine.MountRequest;
import org.guestmount.core.machine.OperatingSystem;
import org.guestmount.core.machine.OperatingSystem.DriveLetter;
import org.guestmount.core.machine.OperatingSystem.Family;
import org.jspecify.annotations.Nullable;

/** What a system that was found has mounted when it runs, as far as that is on the guest's disks. Used once. */
final class MountPlan {
    /** More than any system has; the rest is passed over. */
    private static final int MAX_MOUNTS = 100;

    private static final int MAX_NOTES = 50;

    private final Inspection inspection;
    private final Finding finding;
    private final Volumes.Naming naming;
    private final List<MountRequest> mounts = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private Identity identity;

    MountPlan(Inspection inspection, Finding finding) {
        this.inspection = inspection;
        this.finding = finding;
        this.naming = naming(finding);
        this.identity = finding.identity();
    }

    static Volumes.Naming naming(Finding finding) {
        return new Volumes.Naming(
                finding.identity().family(),
                finding.names(),
                finding.place().volume().drive());
    }

    OperatingSystem system() {
        notes.addAll(finding.notes());
        addRoot();
        for (Fstab.Entry entry : finding.fstab()) {
            if (mounts.size() < MAX_MOUNTS) {
                add(entry);
            }
        }
        addImplied();
        addUsr();
        sort();
        return new OperatingSystem(
                finding.place().name(),
                identity.family(),
                identity.distribution(),
                identity.product(),
                identity.version(),
                identity.hostname(),
                identity.architecture(),
                finding.role() == Role.MEDIA,
                mounts,
                driveLetters(),
                notes);
    }

    private void addRoot() {
        String options = finding.role() == Role.MEDIA ? "ro" : "";
        Place place = finding.place();
        for (Fstab.Entry entry : finding.fstab()) {
            if (entry.mountpoint().equals("/")) {
                options = KeptOptions.of(entry, place.volume().type());
                break;
            }
        }
        mounts.add(place.mountedOn(GuestPath.ROOT, options));
    }

    /** Mounts what a line of fstab says, or notes why not. */
    private void add(Fstab.Entry entry) {
        if (isElsewhere(entry)) {
            return;
        }
        String what = Text.shown(entry.spec()) + " on " + Text.shown(entry.mountpoint());
        String obstacle = obstacle(entry);
        GuestPath mountpoint = obstacle == null ? mountpoint(entry.mountpoint()) : null;
        Volume volume = mountpoint == null ? null : inspection.volumes().find(entry.spec(), naming);
        if (obstacle != null) {
            note(what + ": " + obstacle);
        } else if (mountpoint == null) {
            note(what + ": this is not a directory's path");
        } else if (mountpoint.isRoot()) {
            noteOtherRoot(entry, what, volume);
        } else if (isTaken(mountpoint)) {
            note(what + ": something else is mounted there already");
        } else if (volume == null) {
            noteMissing(entry, what);
        } else {
            addMount(entry, what, mountpoint, volume);
        }
    }

    /** Whether the line is about something that is not on a disk, or not mounted by itself. */
    private static boolean isElsewhere(Fstab.Entry entry) {
        boolean onDemand = entry.has("x-systemd.automount") || entry.has("comment=systemd.automount");
        return !entry.mountpoint().startsWith("/")
                || (entry.has("noauto") && !onDemand)
                || FstabWords.isVirtual(entry.type())
                || FstabWords.isRemovable(entry.spec())
                || FstabWords.isOfTheSystem(entry.mountpoint())
                || entry.has("swap")
                || entry.has("sw");
    }

    private static @Nullable String obstacle(Fstab.Entry entry) {
        if (FstabWords.isNetwork(entry)) {
            return "it is on the network";
        }
        if (entry.type().equals("zfs")) {
            return "ZFS cannot be read";
        }
        boolean directory = entry.spec().startsWith("/") && !entry.spec().startsWith("/dev/");
        if (directory || entry.has("bind") || entry.has("rbind") || FstabWords.isLayered(entry.type())) {
            return "it is made of other directories";
        }
        return null;
    }

    private @Nullable GuestPath mountpoint(String bytes) {
        try {
            GuestPath path = GuestPath.of(bytes);
            for (String link : finding.links().keySet()) {
                if (path.startsWith(GuestPath.of(link))) {
                    return GuestPath.of(
                            finding.links().get(link) + path.toString().substring(link.length()));
                }
            }
            return path;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private void noteOtherRoot(Fstab.Entry entry, String what, @Nullable Volume volume) {
        boolean same = volume == null
                || volume.device().equals(finding.place().volume().device());
        for (Fstab.Entry first : finding.fstab()) {
            if (first.mountpoint().equals("/")) {
                same &= first.equals(entry);
                break;
            }
        }
        if (!same) {
            note(what + ": the root is " + finding.place().name());
        }
    }

    private void noteMissing(Fstab.Entry entry, String what) {
        if (!entry.has("nofail")) {
            String locked = inspection.volumes().locked();
            note(what + ": it is not on these disks" + (locked.isEmpty() ? "" : "; " + locked + " is still locked"));
        }
    }

    private boolean isTaken(GuestPath mountpoint) {
        for (MountRequest mount : mounts) {
            if (mount.mountpoint().equals(mountpoint)) {
                return true;
            }
        }
        return false;
    }

    private void addMount(Fstab.Entry entry, String what, GuestPath mountpoint, Volume volume) {
        Place place = inspection.placeOf(volume, entry);
        if (place == null) {
            note(what + ": " + volume.device() + " has no such subvolume");
        } else if (!volume.filesystem().mountable()) {
            note(what + ": " + volume.device() + " holds " + volume.type() + ", which cannot be mounted as it is");
        } else {
            mounts.add(place.mountedOn(mountpoint, KeptOptions.of(entry, volume.type())));
            if (entry.mountpoint().equals("/usr")) {
                nameAfter(volume);
            }
        }
    }

    /** Takes over what a {@code /usr} of its own says about the system. */
    private void nameAfter(Volume usr) {
        for (Finding tree : inspection.usrTrees()) {
            if (tree.place().volume().equals(usr) && identity.product().isEmpty()) {
                identity = identity.with(tree.identity());
            }
        }
    }

    private void addImplied() {
        for (Implied implied : finding.implied()) {
            GuestPath mountpoint = GuestPath.of(implied.mountpoint());
            if (!isTaken(mountpoint)) {
                mounts.add(finding.place().in(implied.folder()).mountedOn(mountpoint, ""));
            }
        }
        GuestPath boot = GuestPath.of("/boot");
        if (!finding.implied().isEmpty() && !isTaken(boot)) {
            // What has no fstab finds it by its label.
            Volume labelled = inspection.volumes().find("LABEL=boot", naming);
            if (labelled != null && labelled.drive() == naming.drive()) {
                mounts.add(new Place(labelled, null, "").mountedOn(boot, ""));
            }
        }
    }

    /** A system that has two for {@code /usr}, to be updated in turns, and no fstab: the newer one of its disk. */
    private void addUsr() {
        Finding newest = null;
        for (Finding tree : inspection.usrTrees()) {
            boolean near = tree.place().volume().drive() == naming.drive();
            if (near
                    && (newest == null
                            || Text.compareVersions(
                                            tree.identity().version(),
                                            newest.identity().version())
                                    > 0)) {
                newest = tree;
            }
        }
        GuestPath usr = GuestPath.of("/usr");
        if (newest != null && !finding.hasUsr() && !isTaken(usr) && identity.family() == Family.LINUX) {
            mounts.add(newest.place().mountedOn(usr, "ro"));
            nameAfter(newest.place().volume());
        }
    }

    /** Puts a directory before those below it, and else leaves the order as it is. */
    private void sort() {
        for (int i = 2; i < mounts.size(); i++) {
            MountRequest mount = mounts.get(i);
            int at = i;
            while (at > 1 && depth(mounts.get(at - 1)) > depth(mount)) {
                mounts.set(at, mounts.get(at - 1));
                at--;
            }
            mounts.set(at, mount);
        }
    }

    private static int depth(MountRequest mount) {
        return Text.parts(mount.mountpoint().toString(), '/').size();
    }

    private List<DriveLetter> driveLetters() {
        List<DriveLetter> letters = new ArrayList<>();
        if (identity.family() != Family.WINDOWS || finding.role() != Role.ROOT) {
            return letters;
        }
        Volume system = finding.place().volume();
        boolean systemHasOne = false;
        for (char letter = 'a'; letter <= 'z'; letter++) {
            byte[] identifier = finding.letters().get(String.valueOf(letter));
            Volume volume = identifier == null ? null : MountedDevices.find(identifier, inspection.volumes(), system);
            if (volume != null && volume.filesystem().mountable()) {
                letters.add(letterOf(String.valueOf(letter), volume));
                systemHasOne |= volume.equals(system);
            }
        }
        if (!systemHasOne && !finding.letters().containsKey("c")) {
            letters.add(0, letterOf("c", system));
        }
        return letters;
    }

    private static DriveLetter letterOf(String letter, Volume volume) {
        return new DriveLetter(letter, new Place(volume, null, "").mountedOn(GuestPath.ROOT, ""));
    }

    private void note(String note) {
        if (notes.size() < MAX_NOTES) {
            notes.add(note);
        }
    }
}
