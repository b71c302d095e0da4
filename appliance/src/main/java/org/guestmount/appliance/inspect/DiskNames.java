package org.guestmount.appliance.inspect;

import org.guestmount.core.machine.DriveName;
import org.guestmount.core.machine.OperatingSystem.Family;
import org.jspecify.annotations.Nullable;

/**
 * What systems call disks and partitions by number. Which disk of the guest was which is not known, but that they were
 * added in the order in which it counts them.
 */
final class DiskNames {
    /** Partitions of a BSD's own table come after four primary ones in Linux. */
    private static final int FIRST_BSD_PARTITION = 5;

    private static final int MAX_DIGITS = 4;

    private DiskNames() {}

    /** The name of ours for a device; null if it is not called by number, or not to be found by it. */
    static @Nullable DriveName translate(String device, Family family) {
        if (!device.startsWith("/dev/")) {
            return null;
        }
        String name = device.substring("/dev/".length());
        return switch (family) {
            case FREEBSD -> freeBsd(name);
            case NETBSD -> bsd(name, new String[] {"wd", "sd", "ld", "xbd"}, "cd");
            case OPENBSD -> openBsd(name);
            case HURD -> hurd(name);
            case LINUX, WINDOWS, MINIX, DOS -> linux(device, name);
        };
    }

    private static @Nullable DriveName linux(String device, String name) {
        if (name.startsWith("nvme")) {
            int namespace = name.indexOf('n', "nvme".length());
            return namespace < 0 ? null : numbered(name.substring(4, namespace), afterNumber(name, namespace + 1), 'p');
        }
        if (name.startsWith("mmcblk")) {
            return numbered(name.substring(6, endOfNumber(name, 6)), afterNumber(name, 6), 'p');
        }
        return DriveName.parse(device);
    }

    /** {@code ada0p2}, {@code da0}, and {@code ad0s1a}, of which the first slice's partitions can be told only. */
    private static @Nullable DriveName freeBsd(String name) {
        for (String driver : new String[] {"ada", "ad", "da", "vtbd", "nvd", "nda", "xbd"}) {
            int number = driver.length();
            if (name.startsWith(driver) && number < name.length() && Text.isDigit(name.charAt(number))) {
                String disk = name.substring(number, endOfNumber(name, number));
                String rest = afterNumber(name, number);
                if (rest.length() == 3 && rest.startsWith("s1")) {
                    return lettered(disk, rest.charAt(2), "c");
                }
                return rest.startsWith("s") ? numbered(disk, rest, 's') : numbered(disk, rest, 'p');
            }
        }
        return null;
    }

    /** {@code sd0a}, or a disk's identifier, 16 hexadecimal digits, a point and the letter: of the first disk, then. */
    private static @Nullable DriveName openBsd(String name) {
        if (name.length() == 18 && name.charAt(16) == '.') {
            return lettered("0", name.charAt(17), "c");
        }
        return bsd(name, new String[] {"sd", "wd"}, "c");
    }

    private static @Nullable DriveName bsd(String name, String[] drivers, String whole) {
        for (String driver : drivers) {
            String rest = name.startsWith(driver) ? afterNumber(name, driver.length()) : "";
            if (rest.length() == 1) {
                return lettered(name.substring(driver.length(), name.length() - 1), rest.charAt(0), whole);
            }
        }
        return null;
    }

    /** {@code hd0s1}. */
    private static @Nullable DriveName hurd(String name) {
        for (String driver : new String[] {"hd", "sd", "wd"}) {
            int number = driver.length();
            if (name.startsWith(driver) && number < name.length() && Text.isDigit(name.charAt(number))) {
                return numbered(name.substring(number, endOfNumber(name, number)), afterNumber(name, number), 's');
            }
        }
        return null;
    }

    /** @param rest a letter and the partition's number; empty for the whole disk */
    private static @Nullable DriveName numbered(String disk, String rest, char letter) {
        if (!Text.isNumber(disk, MAX_DIGITS)) {
            return null;
        }
        if (rest.isEmpty()) {
            return new DriveName(Integer.parseInt(disk), 0);
        }
        boolean partition = rest.charAt(0) == letter && Text.isNumber(rest.substring(1), MAX_DIGITS);
        return partition ? new DriveName(Integer.parseInt(disk), Integer.parseInt(rest.substring(1))) : null;
    }

    /** @param whole the letters that stand for the whole slice or disk, which Linux does not count */
    private static @Nullable DriveName lettered(String disk, char letter, String whole) {
        if (!Text.isNumber(disk, MAX_DIGITS) || letter < 'a' || letter > 'p' || whole.indexOf(letter) >= 0) {
            return null;
        }
        int number = letter - 'a';
        for (int i = 0; i < whole.length(); i++) {
            number -= letter > whole.charAt(i) ? 1 : 0;
        }
        return new DriveName(Integer.parseInt(disk), FIRST_BSD_PARTITION + number);
    }

    private static int endOfNumber(String text, int from) {
        int at = from;
        while (at < text.length() && Text.isDigit(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static String afterNumber(String text, int from) {
        return text.substring(endOfNumber(text, from));
    }
}
