package org.guestmount.appliance.inspect;

import java.util.ArrayList;
import java.util.List;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.machine.DriveName;
import org.guestmount.core.machine.OperatingSystem.Family;
import org.jspecify.annotations.Nullable;

/**
 * The guest's devices, found by any of the names that a system may have for them.
 *
 * <p>Source: fstab(5), systemd.device(5) on names below /dev/disk, lvm(8) on names below /dev/mapper, mdadm(8).
 */
public final class Volumes {
    private static final String ARRAY = "/dev/md";
    private static final String DM_UUID = "dm-uuid-";
    private static final String BY_ID = "/dev/disk/by-id/";

    private final List<Volume> all;

    /** @param all in the order of the disks */
    public Volumes(List<Volume> all) {
        this.all = List.copyOf(all);
    }

    /**
     * Who uses the names.
     *
     * @param drive that the system itself is on: of several devices of one name, those there are preferred
     */
    record Naming(Family family, VolumeNames names, int drive) {}

    List<Volume> all() {
        return all;
    }

    /**
     * The device that a system calls so; null if there is none.
     *
     * @param spec as in the first field of fstab(5)
     */
    @Nullable
    Volume find(String spec, Naming naming) {
        int equals = spec.indexOf('=');
        if (equals > 0 && spec.charAt(0) != '/') {
            return byTag(spec.substring(0, equals), spec.substring(equals + 1), naming);
        }
        String link = "/dev/disk/by-";
        int slash = spec.startsWith(link) ? spec.indexOf('/', link.length()) : -1;
        if (slash > 0) {
            return byLink(spec.substring(link.length(), slash), udevUnescape(spec.substring(slash + 1)), naming);
        }
        if (naming.family() == Family.FREEBSD) {
            Volume labelled = byFreeBsdLabel(spec, naming);
            if (labelled != null) {
                return labelled;
            }
        }
        if (spec.startsWith("/dev/mapper/")) {
            return mapped(spec.substring("/dev/mapper/".length()), naming);
        }
        if (spec.startsWith(ARRAY)) {
            return array(spec, naming);
        }
        Volume exact = named(spec);
        if (exact != null && DriveName.parse(spec) == null) {
            return exact;
        }
        DriveName number = DiskNames.translate(spec, naming.family());
        return number == null ? null : named(number.toString());
    }

    private @Nullable Volume byTag(String tag, String value, Naming naming) {
        return switch (tag) {
            case "UUID", "LABEL", "PARTUUID", "PARTLABEL" -> tagged(tag, value, naming);
            case "NAME" -> naming.family() == Family.NETBSD ? tagged("PARTLABEL", value, naming) : null;
            default -> null;
        };
    }

    private @Nullable Volume byLink(String kind, String value, Naming naming) {
        return switch (kind) {
            case "uuid" -> tagged("UUID", value, naming);
            case "label" -> tagged("LABEL", value, naming);
            case "partuuid" -> tagged("PARTUUID", value, naming);
            case "partlabel" -> tagged("PARTLABEL", value, naming);
            case "id" -> byId(value, naming);
            case "path" -> onOnlyDisk(value);
            default -> null;
        };
    }

    /** {@code /dev/gpt/x}, {@code /dev/ufs/x}, {@code /dev/ufsid/x}, {@code /dev/gptid/x}, {@code /dev/msdosfs/x}. */
    private @Nullable Volume byFreeBsdLabel(String spec, Naming naming) {
        List<String> parts = Text.parts(spec, '/');
        if (parts.size() != 3) {
            return null;
        }
        String value = parts.get(2);
        return switch (parts.get(1)) {
            case "gpt" -> tagged("PARTLABEL", value, naming);
            case "gptid" -> tagged("PARTUUID", value, naming);
            case "ufs", "msdosfs", "ext2fs" -> tagged("LABEL", value, naming);
            case "ufsid" -> tagged("UUID", value, naming);
            default -> null;
        };
    }

    private @Nullable Volume byId(String value, Naming naming) {
        if (value.startsWith("dm-name-")) {
            return mapped(value.substring("dm-name-".length()), naming);
        }
        if (value.startsWith(DM_UUID)) {
            return byMapperUuid(value.substring(DM_UUID.length()));
        }
        Volume exact = named(BY_ID + value);
        return exact == null ? onOnlyDisk(value) : exact;
    }

    private @Nullable Volume byMapperUuid(String value) {
        String wanted = withoutName(value);
        for (Volume volume : all) {
            if (!wanted.isEmpty() && withoutName(volume.mapperUuid()).equals(wanted)) {
                return volume;
            }
        }
        return null;
    }

    /** {@code CRYPT-LUKS2-UUID-NAME} ends with the name that a volume was opened by, which may be another here. */
    private static String withoutName(String mapperUuid) {
        List<String> parts = Text.parts(mapperUuid, '-');
        return parts.size() > 3 && parts.get(0).equals("CRYPT") ? parts.get(1) + "-" + parts.get(2) : mapperUuid;
    }

    /** By hardware: there is no telling, unless there is one disk only. */
    private @Nullable Volume onOnlyDisk(String value) {
        for (Volume volume : all) {
            if (volume.drive() > 0) {
                return null;
            }
        }
        int part = value.lastIndexOf("-part");
        String number = part < 0 ? "" : value.substring(part + "-part".length());
        boolean partition = Text.isNumber(number, 4);
        return part >= 0 && !partition ? null : named("/dev/sda" + number);
    }

    /** The opened volume that crypttab(5) calls so, or else the logical volume. */
    private @Nullable Volume mapped(String name, Naming naming) {
        Volume exact = named("/dev/mapper/" + name);
        if (exact != null) {
            return exact;
        }
        String encrypted = naming.names().crypttab().source(name);
        if (!encrypted.isEmpty()) {
            Volume container = find(encrypted, new Naming(naming.family(), VolumeNames.NONE, naming.drive()));
            return container == null ? null : opened(container);
        }
        return named(logicalVolume(name));
    }

    private @Nullable Volume opened(Volume container) {
        String uuid = container.filesystem().uuid();
        return uuid == null ? null : named("/dev/mapper/luks-" + uuid);
    }

    /** {@code /dev/group/volume} of {@code group-volume}, in which hyphens of theirs are doubled. */
    private static String logicalVolume(String name) {
        StringBuilder path = new StringBuilder("/dev/");
        boolean divided = false;
        for (int i = 0; i < name.length(); i++) {
            boolean hyphen = name.charAt(i) == '-';
            if (hyphen && i + 1 < name.length() && name.charAt(i + 1) == '-') {
                path.append('-');
                i++;
            } else if (hyphen && !divided) {
                path.append('/');
                divided = true;
            } else {
                path.append(name.charAt(i));
            }
        }
        return path.toString();
    }

    /** The array of a name or number; the names of who assembled it here may be others. */
    private @Nullable Volume array(String spec, Naming naming) {
        MdadmConf.Array said = naming.names().arrays().array(spec);
        Volume found = said == null ? null : madeOfMembers(said);
        if (found == null) {
            found = named(spec);
        }
        if (found == null && spec.startsWith(ARRAY + "/")) {
            found = assembled(spec.substring(ARRAY.length() + 1));
        }
        return found == null ? onlyArray() : found;
    }

    private @Nullable Volume madeOfMembers(MdadmConf.Array array) {
        for (Volume volume : all) {
            boolean isMember = volume.type().equals("linux_raid_member");
            if (isMember
                    && array.has(volume.filesystem().uuid(), volume.filesystem().label())) {
                return assembled(MdadmConf.localName(volume.filesystem().label()));
            }
        }
        return null;
    }

    /** As mdadm calls it: by its name, or by its number if the name is one. */
    private @Nullable Volume assembled(String name) {
        Volume byName = named(ARRAY + "/" + name);
        return byName == null && Text.isNumber(name, 4) ? named(ARRAY + name) : byName;
    }

    private @Nullable Volume onlyArray() {
        Volume only = null;
        for (Volume volume : all) {
            if (volume.device().startsWith(ARRAY)) {
                if (only != null) {
                    return null;
                }
                only = volume;
            }
        }
        return only;
    }

    private @Nullable Volume named(String device) {
        for (Volume volume : all) {
            if (volume.device().equals(device)) {
                return volume;
            }
        }
        return null;
    }

    private @Nullable Volume tagged(String tag, String bytes, Naming naming) {
        String value = GuestPath.textOfBytes(bytes);
        Volume first = null;
        for (Volume volume : all) {
            if (hasTag(volume, tag, value)) {
                if (volume.drive() == naming.drive()) {
                    return volume;
                }
                first = first == null ? volume : first;
            }
        }
        return first;
    }

    private static boolean hasTag(Volume volume, String tag, String value) {
        Volume.Partition partition = volume.partition();
        return switch (tag) {
            case "UUID" -> value.equalsIgnoreCase(volume.filesystem().uuid());
            case "LABEL" -> value.equals(volume.filesystem().label());
            case "PARTUUID" -> partition != null && value.equalsIgnoreCase(partition.uuid());
            case "PARTLABEL" -> partition != null && !value.isEmpty() && value.equals(partition.label());
            default -> throw new AssertionError(tag);
        };
    }

    /** The encrypted volumes that were not opened, for people; empty if there are none. */
    String locked() {
        List<String> names = new ArrayList<>();
        for (Volume volume : all) {
            boolean encrypted =
                    volume.type().equals("crypto_LUKS") || volume.type().equals("BitLocker");
            if (encrypted && opened(volume) == null) {
                names.add(volume.device());
            }
        }
        return String.join(", ", names);
    }

    /** Undoes {@code \xHH}, as udev writes what may not be in a name. */
    private static String udevUnescape(String name) {
        StringBuilder bytes = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            int value = name.startsWith("\\x", i) ? hexAt(name, i + 2) : -1;
            if (value >= 0) {
                bytes.append((char) value);
                i += 3;
            } else {
                bytes.append(name.charAt(i));
            }
        }
        return bytes.toString();
    }

    private static int hexAt(String text, int at) {
        if (at + 2 > text.length()) {
            return -1;
        }
        int high = Character.digit(text.charAt(at), 16);
        int low = Character.digit(text.charAt(at + 1), 16);
        return high < 0 || low < 0 ? -1 : high * 16 + low;
    }
}
