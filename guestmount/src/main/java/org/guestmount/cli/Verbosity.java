package org.guestmount.cli;

import java.util.HashMap;
import java.util.Map;
import org.guestmount.core.session.LaunchSettings;

/** How much is said: {@code -v} and {@code -x} are LIBGUESTFS_DEBUG and LIBGUESTFS_TRACE by other names. */
final class Verbosity {
    private Verbosity() {}

    /** The environment as the options amend it. */
    static Map<String, String> amend(Map<String, String> environment, GuestmountOptions options) {
        Map<String, String> amended = new HashMap<>(environment);
        if (options.verbose()) {
            amended.put("LIBGUESTFS_DEBUG", "1");
        }
        if (options.trace()) {
            amended.put("LIBGUESTFS_TRACE", "1");
        }
        return amended;
    }

    /** Must come before the first class that logs is initialised, for tinylog reads this then. */
    static void apply(LaunchSettings settings) {
        if (settings.debug() || settings.trace()) {
            System.setProperty("tinylog.level", settings.trace() ? "trace" : "debug");
        }
    }
}
