package org.guestmount.core.machine;

import java.util.List;
import org.guestmount.core.fs.GuestPath;
import org.jspecify.annotations.Nullable;

/**
 * A filesystem to mount in the guest's tree.
 *
 * @param device as {@link BlockDevice#name}
 * @param mountpoint an existing directory of the tree mounted so far; the root for the first
 * @param options mount(8)'s comma-separated options, empty for none
 * @param type the filesystem's type; null to have it detected
 */
public record MountRequest(
        String device,
        GuestPath mountpoint,
        String options,
        @Nullable String type) {
    /** The same with the option {@code ro}, unless it has that or {@code rw}. */
    public MountRequest readOnly() {
        if (hasOption("ro") || hasOption("rw")) {
            return this;
        }
        return new MountRequest(device, mountpoint, joined("ro", options), type);
    }

    /** Two lists of options as one; either may be empty. */
    public static String joined(String options, String more) {
        return options.isEmpty() || more.isEmpty() ? options + more : options + "," + more;
    }

    /** Whether everything written there is to be on the disk before whoever wrote it goes on. */
    public boolean isSynchronous() {
        return hasOption("sync");
    }

    /** Whether this word is one of the options. */
    public boolean hasOption(String option) {
        return List.of(options.split(",", -1)).contains(option);
    }
}
