package org.guestmount.cli;

import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.machine.MountRequest;
import org.jspecify.annotations.Nullable;

/**
 * One {@code -m dev[:mnt[:opts[:fstype]]]}.
 *
 * @param device {@code /dev/sda1} for the first partition of the first {@code -a}
 * @param mountpoint a directory of the guest, {@code /} unless given
 * @param options mount(8)'s comma-separated options; null if none were given
 * @param type the filesystem's type; null to have it detected
 */
record MountSpec(
        String device,
        GuestPath mountpoint,
        @Nullable String options,
        @Nullable String type) {
    static final String SYNTAX = "DEVICE[:MOUNTPOINT[:OPTIONS[:FSTYPE]]]";

    /**
     * Splits at the first three colons, which cannot be escaped.
     *
     * @throws IllegalArgumentException for the user to read
     */
    static MountSpec parse(String value) {
        String[] fields = value.split(":", 4);
        String device = fields[0];
        if (!device.startsWith("/dev/") || device.length() == "/dev/".length()) {
            throw new IllegalArgumentException("-m " + value
                    + ": must begin with a device of the guest, such as /dev/sda1, and be written " + SYNTAX);
        }
        MountSpec spec = new MountSpec(device, mountpoint(value, field(fields, 1)), field(fields, 2), field(fields, 3));
        if (spec.request(false).hasOption("remount")) {
            throw new IllegalArgumentException("-m " + value
                    + ": a guest's filesystem cannot be remounted; give the options with the -m that mounts it");
        }
        return spec;
    }

    private static GuestPath mountpoint(String value, @Nullable String path) {
        if (path == null) {
            return GuestPath.ROOT;
        }
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException(
                    "-m " + value + ": the guest's directory '" + path + "' must begin with '/'; write " + SYNTAX);
        }
        try {
            return GuestPath.ofText(path);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("-m " + value + ": " + e.getMessage(), e);
        }
    }

    private static @Nullable String field(String[] fields, int index) {
        return index < fields.length && !fields[index].isEmpty() ? fields[index] : null;
    }

    /**
     * What the guest is asked for. Under {@code --ro} the guest's mount is read-only too, unless the options say
     * otherwise.
     */
    MountRequest request(boolean readOnly) {
        MountRequest request = new MountRequest(device, mountpoint, options == null ? "" : options, type);
        return readOnly ? request.readOnly() : request;
    }
}
