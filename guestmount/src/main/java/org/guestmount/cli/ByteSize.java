package org.guestmount.cli;

import java.util.Locale;

/** A number of bytes as people read it. */
final class ByteSize {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private ByteSize() {}

    /** The largest unit it has at least one of, with a decimal if it is not a whole number of it. */
    static String text(long bytes) {
        int unit = 0;
        double size = bytes;
        while (size >= 1024 && unit < UNITS.length - 1) {
            size /= 1024;
            unit++;
        }
        boolean whole = size == Math.rint(size);
        return String.format(Locale.ROOT, whole ? "%.0f %s" : "%.1f %s", size, UNITS[unit]);
    }
}
