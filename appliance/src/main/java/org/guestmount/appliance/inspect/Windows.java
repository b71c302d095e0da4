package org.guestmount.appliance.inspect;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.guestmount.appliance.inspect.Finding.Identity;
import org.guestmount.appliance.inspect.Finding.Role;
import org.guestmount.core.machine.OperatingSystem.Family;
import org.jspecify.annotations.Nullable;

/**
 * Recognises Windows and DOS by their system volumes. Names are found whatever their capitals.
 *
 * <p>Source: Microsoft's documentation of the registry's keys, and of boot.ini.
 */
final class Windows {
    private static final String[] SYSTEM_ROOTS = {"Windows", "WINNT", "win32", "win", "reactos"};

    /** A directory of Windows has some thousand entries. */
    private static final int MAX_ENTRIES = 20_000;

    /** From this build on it is Windows 11, though its registry says 10. */
    private static final int FIRST_BUILD_OF_11 = 22_000;

    private static final String DOS_DEVICE = "\\DosDevices\\";

    private Windows() {}

    /** The system volume that a tree is; null if it is none. */
    static @Nullable Finding examine(GuestTree tree, Place place) {
        String root = systemRoot(tree);
        if (root != null) {
            return system(tree, place, root);
        }
        String free = find(tree, "/FDOS/FREEDOS.BSS");
        if (free != null || find(tree, "/DOS/COMMAND.COM") != null) {
            String product = free == null ? "MS-DOS" : "FreeDOS";
            String id = free == null ? "msdos" : "freedos";
            return Finding.of(place, Role.ROOT, new Identity(Family.DOS, id, product, "", "", ""));
        }
        return null;
    }

    private static @Nullable String systemRoot(GuestTree tree) {
        List<String> names = tree.list("/", MAX_ENTRIES);
        for (String candidate : SYSTEM_ROOTS) {
            String path = isSystemRoot(tree, named(names, "/", candidate));
            if (path != null) {
                return path;
            }
        }
        String bootIni = named(names, "/", "boot.ini");
        return bootIni == null ? null : systemRootOf(tree, tree.lines(bootIni));
    }

    /** {@code multi(0)disk(0)rdisk(0)partition(1)\NT="…"}, on whatever partition. */
    private static @Nullable String systemRootOf(GuestTree tree, List<String> bootIni) {
        for (String line : bootIni) {
            int from = line.indexOf(")\\");
            int to = line.indexOf('=', from + 1);
            if (from >= 0 && to > from) {
                String folder = line.substring(from + 1, to).replace('\\', '/').strip();
                String path = folder.length() > 1 ? isSystemRoot(tree, find(tree, folder)) : null;
                if (path != null) {
                    return path;
                }
            }
        }
        return null;
    }

    private static @Nullable String isSystemRoot(GuestTree tree, @Nullable String path) {
        String config = path == null ? null : findBelow(tree, path, "System32/config");
        return config != null && tree.isDirectory(config) ? path : null;
    }

    private static Finding system(GuestTree tree, Place place, String root) {
        Map<String, byte[]> letters = new HashMap<>();
        String[] machine = {"", ""};
        try (GuestFile file = openHive(tree, root, "SYSTEM")) {
            Hive hive = file == null ? null : Hive.of(file);
            if (hive != null) {
                readMachine(hive, machine);
                readLetters(hive, letters);
            }
        }
        String[] product = {"Windows", ""};
        try (GuestFile file = openHive(tree, root, "SOFTWARE")) {
            Hive hive = file == null ? null : Hive.of(file);
            Hive.Key version = hive == null ? null : hive.key("Microsoft\\Windows NT\\CurrentVersion");
            if (version != null) {
                readVersion(version, product);
            }
        }
        Identity identity = new Identity(Family.WINDOWS, "windows", product[0], product[1], machine[0], machine[1]);
        return new Finding(
                place, Role.ROOT, identity, List.of(), VolumeNames.NONE, List.of(), true, Map.of(), letters, List.of());
    }

    private static @Nullable GuestFile openHive(GuestTree tree, String root, String name) {
        String path = findBelow(tree, root, "System32/config/" + name);
        return path == null ? null : tree.open(path);
    }

    /** Host name and architecture. */
    private static void readMachine(Hive hive, String[] machine) {
        Hive.Key select = hive.key("Select");
        long current = select == null ? 1 : Math.max(1, Math.min(999, select.number("Current")));
        String number = "00" + current;
        String set = "ControlSet" + number.substring(number.length() - 3);
        Hive.Key network = hive.key(set + "\\Services\\Tcpip\\Parameters");
        if (network != null) {
            String name = network.string("Hostname");
            machine[0] = Text.shown(bytes(name.isEmpty() ? network.string("NV Hostname") : name));
        }
        Hive.Key environment = hive.key(set + "\\Control\\Session Manager\\Environment");
        machine[1] = environment == null ? "" : architecture(environment.string("PROCESSOR_ARCHITECTURE"));
    }

    private static String architecture(String windowsName) {
        return switch (windowsName) {
            case "AMD64" -> "x86_64";
            case "x86" -> "i686";
            case "ARM64" -> "aarch64";
            case "IA64" -> "ia64";
            default -> "";
        };
    }

    private static void readLetters(Hive hive, Map<String, byte[]> letters) {
        Hive.Key devices = hive.key("MountedDevices");
        if (devices == null) {
            return;
        }
        for (Hive.Value value : devices.values()) {
            String name = value.name();
            boolean letter = name.length() == DOS_DEVICE.length() + 2
                    && name.regionMatches(true, 0, DOS_DEVICE, 0, DOS_DEVICE.length())
                    && name.charAt(name.length() - 1) == ':';
            if (letter) {
                letters.put(Text.lower(name.substring(DOS_DEVICE.length(), DOS_DEVICE.length() + 1)), value.data());
            }
        }
    }

    /** Product and version. */
    private static void readVersion(Hive.Key version, String[] product) {
        String build = version.string("CurrentBuildNumber");
        String name = version.string("ProductName");
        boolean eleven = Text.isNumber(build, 6)
                && Integer.parseInt(build) >= FIRST_BUILD_OF_11
                && name.startsWith("Windows 10");
        String actual = eleven ? "Windows 11" + name.substring("Windows 10".length()) : name;
        String release = version.string("DisplayVersion");
        product[0] =
                name.isEmpty() ? "Windows" : Text.shown(bytes(release.isEmpty() ? actual : actual + " " + release));
        long major = version.number("CurrentMajorVersionNumber");
        long minor = version.number("CurrentMinorVersionNumber");
        String numbers = major < 0 ? version.string("CurrentVersion") : major + "." + Math.max(0, minor);
        product[1] = Text.shown(bytes(build.isEmpty() ? numbers : numbers + "." + build));
    }

    private static String bytes(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** The path that an absolute path is without regard to capitals; null if there is none. */
    static @Nullable String find(GuestTree tree, String path) {
        return findBelow(tree, "", path);
    }

    private static @Nullable String findBelow(GuestTree tree, String from, String path) {
        String found = from;
        for (String name : Text.parts(path, '/')) {
            found = name.startsWith(".") ? null : child(tree, found, name);
            if (found == null) {
                return null;
            }
        }
        return found;
    }

    /** As it is called most often, without listing a directory of thousands; else whatever its capitals. */
    private static @Nullable String child(GuestTree tree, String folder, String name) {
        for (String spelling : new String[] {name, Text.lower(name)}) {
            if (tree.kind(folder + "/" + spelling) != GuestTree.Kind.NOTHING) {
                return folder + "/" + spelling;
            }
        }
        return named(tree.list(folder.isEmpty() ? "/" : folder, MAX_ENTRIES), folder + "/", name);
    }

    private static @Nullable String named(List<String> names, String prefix, String name) {
        for (String each : names) {
            if (each.equalsIgnoreCase(name)) {
                return prefix + each;
            }
        }
        return null;
    }
}
