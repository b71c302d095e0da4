package org.guestmount.appliance.inspect;

import java.util.List;
import java.util.Map;
import org.guestmount.appliance.inspect.Finding.Identity;
import org.guestmount.appliance.inspect.Finding.Role;
import org.guestmount.core.machine.OperatingSystem.Family;
import org.jspecify.annotations.Nullable;

/**
 * Recognises the BSDs, the Hurd and Minix by their roots.
 *
 * <p>Source: hier(7) of each.
 */
final class Unix {
    private static final int MAX_LINE_BYTES = 200;

    private Unix() {}

    /** The root that a tree is; null if it is none. */
    static @Nullable Finding examine(GuestTree tree, Place place) {
        if (tree.isFile("/hurd/console") && tree.isFile("/hurd/hello") && tree.isFile("/hurd/null")) {
            return Linux.root(tree, place, Family.HURD, List.of(), List.of());
        }
        if (tree.isFile("/etc/freebsd-update.conf") || tree.isFile("/bin/freebsd-version")) {
            return root(tree, place, freeBsd(tree));
        }
        if (tree.isFile("/netbsd") && tree.isFile("/etc/release")) {
            return root(tree, place, byLine(tree, Family.NETBSD, "/etc/release"));
        }
        if (tree.isFile("/bsd") && (tree.isFile("/etc/motd") || tree.isFile("/etc/myname"))) {
            return root(tree, place, byLine(tree, Family.OPENBSD, "/etc/motd"));
        }
        if (tree.isFile("/service/vm") && tree.isFile("/etc/version")) {
            return root(tree, place, byLine(tree, Family.MINIX, "/etc/version"));
        }
        return null;
    }

    private static Finding root(GuestTree tree, Place place, Identity identity) {
        return new Finding(
                place,
                Role.ROOT,
                identity,
                identity.family() == Family.MINIX ? List.of() : Fstab.parse(tree.lines("/etc/fstab")),
                VolumeNames.NONE,
                List.of(),
                true,
                Map.of(),
                Map.of(),
                List.of());
    }

    private static Identity freeBsd(GuestTree tree) {
        String version = Text.shown(Settings.of(tree, "/bin/freebsd-version").get("USERLAND_VERSION"));
        return identity(tree, Family.FREEBSD, version);
    }

    /** By the first line of a file, which may begin with the system's name. */
    private static Identity byLine(GuestTree tree, Family family, String path) {
        String text = tree.read(path, MAX_LINE_BYTES);
        String line = text == null || text.isEmpty() ? "" : Text.lines(text).get(0);
        return identity(tree, family, Text.firstNumber(line));
    }

    private static Identity identity(GuestTree tree, Family family, String version) {
        String product = version.isEmpty() ? family.title() : family.title() + " " + version;
        return new Identity(
                family, Text.lower(family.title()), product, version, hostname(tree), Programs.architecture(tree));
    }

    private static String hostname(GuestTree tree) {
        String configured = Settings.of(tree, "/etc/rc.conf").get("hostname");
        if (!configured.isEmpty()) {
            return Text.shown(configured);
        }
        for (String path : new String[] {"/etc/myname", "/etc/hostname.file"}) {
            List<String> lines = tree.lines(path);
            if (!lines.isEmpty()) {
                return Text.shown(lines.get(0));
            }
        }
        return "";
    }
}
