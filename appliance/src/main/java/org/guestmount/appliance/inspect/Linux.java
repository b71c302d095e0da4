package org.guestmount.appliance.inspect;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.guestmount.appliance.inspect.Finding.Identity;
import org.guestmount.appliance.inspect.Finding.Implied;
import org.guestmount.appliance.inspect.Finding.Role;
import org.guestmount.core.machine.OperatingSystem.Family;
import org.jspecify.annotations.Nullable;

/**
 * Recognises Linux by its root or its {@code /usr}.
 *
 * <p>Source: hier(7), file-hierarchy(7); ostree's manual, "Anatomy of an OSTree repository" and "Deployments".
 */
final class Linux {
    private static final String NIXOS_SYSTEM = "/nix/var/nix/profiles/system";

    private static final String DEPLOYMENTS = "/ostree/deploy";

    /** More systems or deployments than anybody keeps. */
    private static final int MAX_DEPLOYMENTS = 50;

    /** Directories of the root that filesystems are mounted on or below, and which may be links. */
    private static final String[] OFTEN_LINKS = {"/home", "/srv", "/opt", "/mnt", "/root", "/tmp"};

    private Linux() {}

    /** The root or {@code /usr} that a tree is; null if it is neither. */
    static @Nullable Finding examine(GuestTree tree, Place place) {
        if (tree.isDirectory("/ostree/repo") && tree.isDirectory(DEPLOYMENTS)) {
            return deployment(tree, place);
        }
        if (isRoot(tree)) {
            return root(tree, place, Family.LINUX, List.of(), List.of());
        }
        return isUsr(tree) ? Finding.of(place, Role.USR, identity(tree, "/lib/os-release")) : null;
    }

    private static boolean isRoot(GuestTree tree) {
        if (tree.isDirectory("/nix/store") && (tree.isFile("/etc/NIXOS") || tree.linkTarget(NIXOS_SYSTEM) != null)) {
            return true;
        }
        // With /usr on a filesystem of its own, /bin may be a link to nowhere.
        boolean programs = tree.isDirectory("/bin") || tree.linkTarget("/bin") != null;
        return programs && tree.isDirectory("/etc") && hasSettings(tree);
    }

    private static boolean hasSettings(GuestTree tree) {
        String[] files = {"/etc/fstab", "/etc/hosts", "/etc/passwd", "/etc/os-release", "/usr/lib/os-release"};
        for (String file : files) {
            if (tree.isFile(file) || tree.linkTarget(file) != null) {
                return true;
            }
        }
        return false;
    }

    private static boolean isUsr(GuestTree tree) {
        return tree.isDirectory("/bin")
                && tree.isDirectory("/lib")
                && tree.isDirectory("/share")
                && !tree.isDirectory("/usr")
                && tree.isFile("/lib/os-release");
    }

    private static Identity identity(GuestTree usr, String release) {
        LinuxRelease found = LinuxRelease.ofSettings(Settings.of(usr, release));
        return found == null
                ? new Identity(Family.LINUX, "", "", "", "", "")
                : new Identity(Family.LINUX, found.distribution(), found.product(), found.version(), "", "");
    }

    /** A root of Linux, or of another system that has the same files. */
    static Finding root(GuestTree tree, Place place, Family family, List<Implied> implied, List<String> notes) {
        LinuxRelease release = LinuxRelease.of(tree);
        Identity identity = new Identity(
                family,
                release.distribution(),
                release.product(),
                release.version(),
                hostname(tree),
                Programs.architecture(tree));
        return new Finding(
                place,
                Role.ROOT,
                identity,
                Fstab.parse(fstab(tree)),
                VolumeNames.of(tree),
                implied,
                tree.isDirectory("/usr/bin") || tree.isFile("/usr/lib/os-release"),
                links(tree),
                Map.of(),
                notes);
    }

    private static List<String> fstab(GuestTree tree) {
        return tree.isDirectory("/etc") ? tree.lines("/etc/fstab") : tree.lines(NIXOS_SYSTEM + "/etc/fstab");
    }

    static String hostname(GuestTree tree) {
        for (String path : new String[] {"/etc/hostname", "/etc/HOSTNAME", "/etc/nodename"}) {
            for (String line : tree.lines(path)) {
                String name = Text.shown(line);
                if (!name.isEmpty() && name.charAt(0) != '#') {
                    return name;
                }
            }
        }
        String redHat = Settings.of(tree, "/etc/sysconfig/network").get("HOSTNAME");
        return Text.shown(
                redHat.isEmpty() ? Settings.of(tree, "/etc/conf.d/hostname").get("hostname") : redHat);
    }

    /** Links such as {@code /home} to {@code var/home}. */
    private static Map<String, String> links(GuestTree tree) {
        Map<String, String> links = new HashMap<>();
        for (String directory : OFTEN_LINKS) {
            String target = tree.linkTarget(directory);
            if (target != null && !target.contains("..")) {
                links.put(directory, target.startsWith("/") ? target : "/" + target);
            }
        }
        return links;
    }

    /** The newest deployment of ostree, seen as the root that it is started with. */
    private static @Nullable Finding deployment(GuestTree tree, Place place) {
        List<String> folders = new ArrayList<>();
        String newest = null;
        for (String name : tree.list(DEPLOYMENTS, MAX_DEPLOYMENTS)) {
            String deployments = DEPLOYMENTS + "/" + name + "/deploy";
            for (String folder : tree.list(deployments, MAX_DEPLOYMENTS)) {
                String path = deployments + "/" + folder;
                if (tree.isDirectory(path + "/usr")) {
                    folders.add(path);
                    newest = newest == null || isNewer(tree, path, newest) ? path : newest;
                }
            }
        }
        if (newest == null) {
            return null;
        }
        String system = newest.substring(0, newest.indexOf("/deploy/", DEPLOYMENTS.length()));
        List<Implied> implied = List.of(new Implied("/sysroot", ""), new Implied("/var", system + "/var"));
        List<String> notes = new ArrayList<>();
        if (folders.size() > 1) {
            notes.add("there are " + folders.size() + " deployments; this is the newest");
        }
        return root(new Folder(tree, newest), place.in(newest), Family.LINUX, implied, notes);
    }

    /** By when it was deployed. */
    private static boolean isNewer(GuestTree tree, String one, String other) {
        int order = Long.compare(tree.modified(one + ".origin"), tree.modified(other + ".origin"));
        return order > 0 || (order == 0 && one.compareTo(other) > 0);
    }

    /** A folder of a tree, of which links that lead out of it are not followed correctly. */
    private record Folder(GuestTree tree, String path) implements GuestTree {
        @Override
        public Kind kind(String below) {
            return tree.kind(path + below);
        }

        @Override
        public @Nullable String linkTarget(String below) {
            return tree.linkTarget(path + below);
        }

        @Override
        public @Nullable GuestFile open(String below) {
            return tree.open(path + below);
        }

        @Override
        public List<String> list(String below, int max) {
            return tree.list(path + below, max);
        }

        @Override
        public long modified(String below) {
            return tree.modified(path + below);
        }
    }
}
