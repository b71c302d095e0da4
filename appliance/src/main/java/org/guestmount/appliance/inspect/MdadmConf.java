package org.guestmount.appliance.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * By which names a system assembles its arrays.
 *
 * <p>Source: mdadm.conf(5).
 */
final class MdadmConf {
    static final MdadmConf NONE = new MdadmConf(List.of());

    private static final String ARRAY = "ARRAY";

    private final List<Array> arrays;

    /**
     * A line of the file.
     *
     * @param device its name, such as {@code /dev/md0} or {@code /dev/md/root}
     * @param uuid its hexadecimal digits, empty if the line has none
     * @param name as the superblocks have it, empty if the line has none
     */
    record Array(String device, String uuid, String name) {
        /** Whether a disk with these in its superblock is a part of it; the name may have the host's before a colon. */
        boolean has(@Nullable String memberUuid, @Nullable String memberName) {
            if (!uuid.isEmpty() && memberUuid != null && uuid.equals(digits(memberUuid))) {
                return true;
            }
            return !name.isEmpty() && (name.equals(memberName) || name.equals(localName(memberName)));
        }
    }

    private MdadmConf(List<Array> arrays) {
        this.arrays = arrays;
    }

    static MdadmConf parse(List<String> text) {
        List<Array> arrays = new ArrayList<>();
        List<String> words = new ArrayList<>();
        for (String line : text) {
            boolean continues = !line.isEmpty() && (line.charAt(0) == ' ' || line.charAt(0) == '\t');
            if (!continues) {
                add(words, arrays);
                words.clear();
            }
            words.addAll(Fstab.fields(line));
        }
        add(words, arrays);
        return new MdadmConf(arrays);
    }

    private static void add(List<String> words, List<Array> arrays) {
        if (words.size() >= 2 && ARRAY.equalsIgnoreCase(words.get(0))) {
            String device = words.get(1);
            arrays.add(new Array(
                    device.startsWith("/") ? device : "/dev/md/" + device,
                    digits(value(words, "uuid=")),
                    value(words, "name=")));
        }
    }

    private static String value(List<String> words, String key) {
        for (String word : words) {
            if (word.regionMatches(true, 0, key, 0, key.length())) {
                return word.substring(key.length());
            }
        }
        return "";
    }

    /** Written with colons here and with hyphens by libblkid. */
    private static String digits(String uuid) {
        return uuid.replaceAll("[:.-]", "").toLowerCase(Locale.ROOT);
    }

    /** What is after the host's name. */
    static String localName(@Nullable String name) {
        return name == null ? "" : name.substring(name.indexOf(':') + 1);
    }

    /** What is assembled under this name; null if that is not said. */
    @Nullable
    Array array(String device) {
        for (Array array : arrays) {
            if (array.device().equals(device)) {
                return array;
            }
        }
        return null;
    }
}
