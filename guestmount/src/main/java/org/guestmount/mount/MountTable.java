package org.guestmount.mount;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is mounted on the host, from /proc/self/mountinfo. Source: proc(5). */
final class MountTable {
    private static final Path FILE = Path.of("/proc/self/mountinfo");

    private static final Charset FILE_NAMES = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

    private MountTable() {}

    /**
     * A mount.
     *
     * @param device {@code st_dev} of its files as {@code major:minor}
     */
    record Mount(String mountpoint, String device, String type, String source) {
        boolean isFuse() {
            return type.equals("fuse") || type.startsWith("fuse.") || type.equals("fuseblk");
        }
    }

    /** The mount that covers this directory itself, the last of several. */
    static Optional<Mount> find(Path mountpoint) throws IOException {
        String path = mountpoint.toString();
        return parse(Files.readAllBytes(FILE)).stream()
                .filter(mount -> mount.mountpoint.equals(path))
                .reduce((earlier, later) -> later);
    }

    static List<Mount> parse(byte[] mountinfo) {
        List<Mount> mounts = new ArrayList<>();
        for (String line : new String(mountinfo, StandardCharsets.ISO_8859_1).split("\n", -1)) {
            String[] fields = line.split(" ", -1);
            int separator = 6;
            while (separator < fields.length && !fields[separator].equals("-")) {
                separator++;
            }
            if (separator + 2 < fields.length) {
                mounts.add(new Mount(
                        unescape(fields[4]), fields[2], fields[separator + 1], unescape(fields[separator + 2])));
            }
        }
        return mounts;
    }

    /** Spaces, tabs, newlines and backslashes are written as three octal digits after a backslash. */
    private static String unescape(String field) {
        StringBuilder bytes = new StringBuilder();
        for (int i = 0; i < field.length(); i++) {
            if (field.charAt(i) == '\\' && i + 3 < field.length()) {
                bytes.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                bytes.append(field.charAt(i));
            }
        }
        return new String(bytes.toString().getBytes(StandardCharsets.ISO_8859_1), FILE_NAMES);
    }
}
