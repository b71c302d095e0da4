package org.guestmount.core.machine;

import java.util.List;

/**
 * An operating system found on the guest's disks. All texts come from the guest and are for people to read.
 *
 * @param root where its root filesystem is, as it is chosen by: {@link BlockDevice#name}, followed by a colon and the
 *     subvolume's path if it is in one
 * @param distribution the {@code ID} of os-release(5), or what would be it; empty if unknown, as are the texts that follow
 * @param product what it calls itself, for example {@code Debian GNU/Linux 12 (bookworm)}
 * @param version for example {@code 12}
 * @param hostname its name
 * @param architecture what its programs run on, as {@code uname -m} says it
 * @param media whether it is a medium to install from or to run live, rather than an installation
 * @param mounts what makes up its tree, in the order of mounting, the root first
 * @param driveLetters by which Windows calls the volumes that were found
 * @param notes what of its tree is not among the mounts, and why; a sentence each
 */
public record OperatingSystem(
        String root,
        Family family,
        String distribution,
        String product,
        String version,
        String hostname,
        String architecture,
        boolean media,
        List<MountRequest> mounts,
        List<DriveLetter> driveLetters,
        List<String> notes) {
    public OperatingSystem {
        mounts = List.copyOf(mounts);
        driveLetters = List.copyOf(driveLetters);
        notes = List.copyOf(notes);
    }

    /** What kind of system it is, which decides how it says what is mounted where. */
    public enum Family {
        LINUX(1, "Linux"),
        WINDOWS(2, "Windows"),
        FREEBSD(3, "FreeBSD"),
        NETBSD(4, "NetBSD"),
        OPENBSD(5, "OpenBSD"),
        HURD(6, "GNU/Hurd"),
        MINIX(7, "Minix"),
        DOS(8, "DOS");

        private final int code;
        private final String title;

        Family(int code, String title) {
            this.code = code;
            this.title = title;
        }

        /** The number on the wire. */
        public int code() {
            return code;
        }

        /** Its name for people. */
        public String title() {
            return title;
        }
    }

    /**
     * A volume as Windows calls it.
     *
     * @param letter {@code a} to {@code z}
     * @param mount how to mount it, as the root
     */
    public record DriveLetter(String letter, MountRequest mount) {
        public DriveLetter {
            if (letter.length() != 1 || letter.charAt(0) < 'a' || letter.charAt(0) > 'z') {
                throw new IllegalArgumentException("not a drive letter: " + letter);
            }
        }
    }

    /** What it is, for people: the best name there is. */
    public String title() {
        return product.isEmpty() ? family.title() : product;
    }
}
