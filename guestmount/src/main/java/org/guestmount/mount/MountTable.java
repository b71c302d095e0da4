package org.guestmount.mount;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What is mounted where, as this process sees it. Source: proc(5), /proc/[pid]/mountinfo.
 *
 * @param mounts in the order of mounting, so that the last at a place is the one seen there
 */
public record MountTable(List<Mount> mounts) {
    private static final Path MOUNTINFO = Path.of("/proc/self/mountinfo");

    private static final Charset FILE_NAMES = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

    /**
     * One line of it.
     *
     * @param device major and minor number in decimal, as {@code 0:45}
     * @param path where it is mounted
     * @param type such as {@code fuse.guestmount}
     * @param source such as an image's path
     * @param superOptions separated by commas
     */
    public record Mount(String device, Path path, String type, String source, String superOptions) {
        public boolean isFuse() {
            return type.equals("fuse") || type.startsWith("fuse.") || type.equals("fuseblk");
        }

        /** The user who mounted a FUSE filesystem. */
        public Optional<Integer> userId() {
            for (String option : superOptions.split(",", -1)) {
                if (option.startsWith("user_id=")) {
                    return Optional.of(Integer.valueOf(option.substring("user_id=".length())));
                }
            }
            return Optional.empty();
        }
    }

    public MountTable {
        mounts = List.copyOf(mounts);
    }

    /** The table as it is now. */
    public static MountTable read() throws IOException {
        return parse(new String(Files.readAllBytes(MOUNTINFO), StandardCharsets.ISO_8859_1));
    }

    /** @param text bytes, one char each */
    static MountTable parse(String text) {
        return new MountTable(
                text.lines().map(MountTable::mount).flatMap(Optional::stream).toList());
    }

    /** Empty for a place that this process's locale cannot express, and so nobody can have named. */
    private static Optional<Mount> mount(String line) {
        String[] fields = line.split(" ", -1);
        int separator = List.of(fields).indexOf("-");
        try {
            return Optional.of(new Mount(
                    fields[2],
                    Path.of(unescape(fields[4])),
                    fields[separator + 1],
                    unescape(fields[separator + 2]),
                    fields[separator + 3]));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** The mount seen at this canonical path. */
    public Optional<Mount> at(Path path) {
        return mounts.stream().filter(mount -> mount.path().equals(path)).reduce((earlier, later) -> later);
    }

    /** What is mounted at places below this one, which keeps it from being unmounted. */
    public List<Mount> below(Path path) {
        return mounts.stream()
                .filter(mount -> mount.path().startsWith(path) && !mount.path().equals(path))
                .toList();
    }

    /** Blanks and the like are written as a backslash and three octal digits. */
    private static String unescape(String field) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < field.length(); i++) {
            if (field.charAt(i) == '\\' && i + 3 < field.length()) {
                bytes.write(Integer.parseInt(field.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                bytes.write(field.charAt(i));
            }
        }
        return bytes.toString(FILE_NAMES);
    }
}
