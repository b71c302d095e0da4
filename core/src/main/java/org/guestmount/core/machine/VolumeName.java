package org.guestmount.core.machine;

import org.jspecify.annotations.Nullable;

/**
 * The name of a volume that LVM made, as device-mapper has it and as people do. A hyphen within either part is doubled in
 * device-mapper's name, where a single one divides them.
 *
 * @param group the volume group
 * @param volume the logical volume
 */
public record VolumeName(String group, String volume) {
    private static final String FOLDER = "/dev/";
    private static final String MAPPER = "/dev/mapper/";

    /** The name in {@code /dev/VG/LV}; null if it is not of that form. */
    static @Nullable VolumeName parse(String device) {
        int slash = device.indexOf('/', FOLDER.length());
        boolean hasTwoParts = device.startsWith(FOLDER)
                && slash > FOLDER.length()
                && slash + 1 < device.length()
                && device.indexOf('/', slash + 1) < 0;
        if (!hasTwoParts || device.startsWith(MAPPER) || device.startsWith("/dev/md/")) {
            return null;
        }
        return new VolumeName(device.substring(FOLDER.length(), slash), device.substring(slash + 1));
    }

    /** The name in device-mapper's {@code VG-LV}; null if that has not exactly two parts. */
    public static @Nullable VolumeName ofMapperName(String name) {
        StringBuilder group = null;
        StringBuilder part = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char next = name.charAt(i);
            if (next == '-' && i + 1 < name.length() && name.charAt(i + 1) == '-') {
                i++;
            } else if (next == '-') {
                if (group != null) {
                    return null;
                }
                group = part;
                part = new StringBuilder();
                continue;
            }
            part.append(next);
        }
        if (group == null || group.isEmpty() || part.isEmpty()) {
            return null;
        }
        return new VolumeName(group.toString(), part.toString());
    }

    /** What device-mapper calls it. */
    String mapperName() {
        return group.replace("-", "--") + "-" + volume.replace("-", "--");
    }

    /**
     * The one of a device's several names by which it is listed: {@code /dev/sda2} for {@code /dev/vda2}, {@code /dev/VG/LV} for
     * {@code /dev/mapper/VG-LV}.
     */
    public static String canonical(String device) {
        DriveName drive = DriveName.parse(device);
        if (drive != null) {
            return drive.toString();
        }
        VolumeName volume = device.startsWith(MAPPER) ? ofMapperName(device.substring(MAPPER.length())) : null;
        return volume == null ? device : volume.toString();
    }

    /** What device-mapper calls the device of this name, in either form; null if it is none of device-mapper's. */
    public static @Nullable String mapperName(String device) {
        if (device.startsWith(MAPPER)) {
            return device.substring(MAPPER.length());
        }
        VolumeName volume = parse(device);
        return volume == null ? null : volume.mapperName();
    }

    /** {@code /dev/VG/LV}. */
    @Override
    public String toString() {
        return FOLDER + group + "/" + volume;
    }
}
