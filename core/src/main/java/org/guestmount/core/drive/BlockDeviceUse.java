package org.guestmount.core.drive;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What this host itself does with a block device: if it has mounted it, or built something on it, a guest that writes to it destroys
 * it. QEMU does not look.
 *
 * @param proc where procfs is
 * @param sys where sysfs is
 */
record BlockDeviceUse(Path proc, Path sys) {
    static final BlockDeviceUse OF_THIS_HOST = new BlockDeviceUse(Path.of("/proc"), Path.of("/sys"));

    /** Fields of a line of mountinfo. Source: proc(5). */
    private static final int MOUNT_DEVICE = 2;

    private static final int MOUNTPOINT = 4;

    /** @throws DriveException if it is in use, or one of its partitions is */
    void requireUnused(Path device) throws IOException {
        String number = number(device);
        if (number != null) {
            requireUnused(device, number);
        }
    }

    /** @param number of the device, as {@code MAJOR:MINOR} */
    void requireUnused(Path device, String number) throws IOException {
        Map<String, String> parts = parts(number, device.toString());
        for (Map.Entry<String, String> part : parts.entrySet()) {
            for (Path holder :
                    list(sys.resolve("dev/block").resolve(part.getKey()).resolve("holders"))) {
                throw inUse(device, part.getValue(), "is part of /dev/" + holder.getFileName());
            }
        }
        for (String line : lines("self/mountinfo")) {
            String[] fields = line.split(" ");
            int separator = List.of(fields).indexOf("-");
            if (separator < 0 || separator + 2 >= fields.length) {
                continue;
            }
            String mounted = parts.get(fields[MOUNT_DEVICE]);
            if (mounted == null) {
                // btrfs has a number of its own, and says which device it is on.
                mounted = parts.get(String.valueOf(number(fields[separator + 2])));
            }
            if (mounted != null) {
                throw inUse(device, mounted, "is mounted on " + fields[MOUNTPOINT]);
            }
        }
        for (String line : lines("swaps")) {
            String swapped = parts.get(String.valueOf(number(line.split("\\s+", 2)[0])));
            if (swapped != null) {
                throw inUse(device, swapped, "is used as swap space");
            }
        }
    }

    private static DriveException inUse(Path device, String part, String how) {
        return new DriveException(device + ": " + (part.equals(device.toString()) ? "" : "its part " + part + " ") + how
                + " by this host, so writing to it would destroy it; release it, or add --ro");
    }

    /** The device and its partitions by number, with their names. */
    private Map<String, String> parts(String number, String name) throws IOException {
        Map<String, String> parts = new HashMap<>();
        parts.put(number, name);
        for (Path child : list(sys.resolve("dev/block").resolve(number))) {
            if (Files.exists(child.resolve("partition"))) {
                parts.put(Files.readString(child.resolve("dev")).strip(), "/dev/" + child.getFileName());
            }
        }
        return parts;
    }

    private static List<Path> list(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            List<Path> found = new ArrayList<>();
            entries.forEach(found::add);
            return found;
        }
    }

    private List<String> lines(String file) throws IOException {
        Path path = proc.resolve(file);
        return Files.exists(path) ? Files.readAllLines(path, StandardCharsets.ISO_8859_1) : List.of();
    }

    private static @Nullable String number(String device) {
        try {
            return device.startsWith("/dev/") ? number(Path.of(device)) : null;
        } catch (InvalidPathException e) {
            return null;
        }
    }

    /** As {@code MAJOR:MINOR}; null of what is no block device. */
    private static @Nullable String number(Path device) {
        if (!ImageFiles.isBlockDevice(device)) {
            return null;
        }
        try {
            long number = ((Number) Files.getAttribute(device, "unix:rdev")).longValue();
            // Source: gnu_dev_major and gnu_dev_minor of glibc's sys/sysmacros.h.
            long major = ((number >>> 8) & 0xfff) | ((number >>> 32) & ~0xfffL);
            long minor = (number & 0xff) | ((number >>> 12) & ~0xffL);
            return major + ":" + minor;
        } catch (IOException e) {
            return null;
        }
    }
}
