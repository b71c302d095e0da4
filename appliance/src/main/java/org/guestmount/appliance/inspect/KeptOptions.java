package org.guestmount.appliance.inspect;

import org.guestmount.core.machine.MountRequest;

/**
 * Which of the guest's mount options are kept: those that change how files look or are stored, where their value is what it is
 * supposed to be. All else is the guest's affair, or would let it choose what the appliance's kernel does.
 */
final class KeptOptions {
    private static final int MAX_DIGITS = 10;

    private KeptOptions() {}

    /**
     * Options of a line of fstab, comma-separated.
     *
     * @param type the filesystem's actual type
     */
    static String of(Fstab.Entry entry, String type) {
        String kept = "";
        for (String option : entry.options()) {
            if (isPlain(option, type) || isOf(type, option)) {
                kept = MountRequest.joined(kept, option);
            }
        }
        return kept;
    }

    /** Of those on access times NTFS's driver does not know all. */
    private static boolean isPlain(String option, String type) {
        return switch (option) {
            case "ro" -> true;
            case "noatime", "nodiratime", "relatime", "lazytime" -> !type.equals("ntfs");
            default -> false;
        };
    }

    private static boolean isOf(String type, String option) {
        int equals = option.indexOf('=');
        String name = equals < 0 ? option : option.substring(0, equals);
        String value = equals < 0 ? "" : option.substring(equals + 1);
        return switch (type) {
            case "btrfs" -> isOfBtrfs(name, value);
            case "vfat" -> isOwnership(name, value) || isOfFat(name, value);
            case "ntfs", "exfat", "hfsplus" -> isOwnership(name, value);
            default -> false;
        };
    }

    private static boolean isOwnership(String name, String value) {
        return switch (name) {
            case "uid", "gid" -> Text.isNumber(value, MAX_DIGITS);
            case "umask", "fmask", "dmask" -> isOctal(value);
            default -> false;
        };
    }

    private static boolean isOctal(String value) {
        return Text.isNumber(value, 4) && value.indexOf('8') < 0 && value.indexOf('9') < 0;
    }

    /** Character sets are those that the appliance has. */
    private static boolean isOfFat(String name, String value) {
        return switch (name) {
            case "utf8" -> value.isEmpty();
            case "iocharset" -> value.equals("ascii") || value.equals("utf8") || value.equals("iso8859-1");
            case "codepage" -> value.equals("437") || value.equals("850");
            case "shortname" ->
                value.equals("mixed") || value.equals("lower") || value.equals("win95") || value.equals("winnt");
            default -> false;
        };
    }

    /** The subvolume is dealt with elsewhere. */
    private static boolean isOfBtrfs(String name, String value) {
        boolean algorithm = value.startsWith("zstd") || value.startsWith("zlib") || value.startsWith("lzo");
        int colon = value.indexOf(':');
        boolean level = colon < 0 || Text.isNumber(value.substring(colon + 1), 2);
        return (name.equals("compress") || name.equals("compress-force")) && algorithm && level && value.length() <= 7;
    }
}
