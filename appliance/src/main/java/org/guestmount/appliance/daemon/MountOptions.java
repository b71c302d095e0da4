package org.guestmount.appliance.daemon;

import java.util.ArrayList;
import java.util.List;

/**
 * mount(8)'s options, as mount(2) takes them.
 *
 * @param flags {@code MS_*} bits
 * @param data what is left for the filesystem, comma-separated
 */
record MountOptions(int flags, String data) {
    /** Nothing of the guest's is ever run here, and its device nodes are not our devices. */
    private static final int ALWAYS = Abi.MS_NODEV | Abi.MS_NOSUID | Abi.MS_NOEXEC;

    /**
     * @param options comma-separated, in which a quoted part may contain commas
     */
    static MountOptions parse(String options) {
        int flags = 0;
        StringBuilder data = new StringBuilder();
        for (String word : split(options)) {
            int set = flagSetBy(word);
            int cleared = flagClearedBy(word);
            if (set != 0) {
                flags |= set;
            } else if (cleared != 0) {
                flags &= ~cleared;
            } else if (!word.isEmpty() && !isForOthers(word)) {
                data.append(data.length() == 0 ? "" : ",").append(word);
            }
        }
        return new MountOptions(flags | ALWAYS, data.toString());
    }

    /** What is after the name of an option and an equals sign; empty without that option. */
    static String value(String options, String name) {
        for (String word : split(options)) {
            if (word.startsWith(name + "=")) {
                return word.substring(name.length() + 1);
            }
        }
        return "";
    }

    /** All but the options that give this name a value. */
    static String without(String options, String name) {
        StringBuilder others = new StringBuilder();
        for (String word : split(options)) {
            if (!word.startsWith(name + "=")) {
                others.append(others.length() == 0 ? "" : ",").append(word);
            }
        }
        return others.toString();
    }

    private static List<String> split(String options) {
        List<String> words = new ArrayList<>();
        boolean quoted = false;
        int from = 0;
        for (int i = 0; i < options.length(); i++) {
            char c = options.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                words.add(options.substring(from, i));
                from = i + 1;
            }
        }
        words.add(options.substring(from));
        return words;
    }

    private static int flagSetBy(String word) {
        return switch (word) {
            case "ro" -> Abi.MS_RDONLY;
            case "nosuid" -> Abi.MS_NOSUID;
            case "nodev" -> Abi.MS_NODEV;
            case "noexec" -> Abi.MS_NOEXEC;
            case "sync" -> Abi.MS_SYNCHRONOUS;
            case "remount" -> Abi.MS_REMOUNT;
            case "mand" -> Abi.MS_MANDLOCK;
            case "dirsync" -> Abi.MS_DIRSYNC;
            case "noatime" -> Abi.MS_NOATIME;
            case "nodiratime" -> Abi.MS_NODIRATIME;
            case "silent" -> Abi.MS_SILENT;
            case "relatime" -> Abi.MS_RELATIME;
            case "strictatime" -> Abi.MS_STRICTATIME;
            case "lazytime" -> Abi.MS_LAZYTIME;
            default -> 0;
        };
    }

    private static int flagClearedBy(String word) {
        return switch (word) {
            case "rw" -> Abi.MS_RDONLY;
            case "suid" -> Abi.MS_NOSUID;
            case "dev" -> Abi.MS_NODEV;
            case "exec" -> Abi.MS_NOEXEC;
            case "async" -> Abi.MS_SYNCHRONOUS;
            case "nomand" -> Abi.MS_MANDLOCK;
            case "atime" -> Abi.MS_NOATIME;
            case "diratime" -> Abi.MS_NODIRATIME;
            case "loud" -> Abi.MS_SILENT;
            case "norelatime" -> Abi.MS_RELATIME;
            case "nostrictatime" -> Abi.MS_STRICTATIME;
            case "nolazytime" -> Abi.MS_LAZYTIME;
            default -> 0;
        };
    }

    /** Words that fstab(5) has for mount(8) itself and for systemd. */
    private static boolean isForOthers(String word) {
        return switch (word) {
            case "defaults", "auto", "noauto", "user", "nouser", "users", "owner", "group", "nofail", "_netdev" -> true;
            default -> word.startsWith("x-") || word.startsWith("X-") || word.startsWith("comment=");
        };
    }
}
