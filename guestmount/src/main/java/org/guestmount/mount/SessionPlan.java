package org.guestmount.mount;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.guestmount.fuse.kernel.AttributeView;
import org.guestmount.fuse.kernel.SessionConfig;

/** What a mount's configuration means to the session that serves it. */
final class SessionPlan {
    private static final int MIB = 1 << 20;
    private static final int PAGE_BYTES = 4096;

    /** The kernel's own default of 12 starves parallel readers. */
    private static final int BACKGROUND_REQUESTS = 64;

    private SessionPlan() {}

    /** The user's options completed with what every mount has, and checked against the rest of the configuration. */
    static FuseOptions options(MountConfig config) throws MountException {
        FuseOptions options = FuseOptions.parse(config.fuseOptions());
        if (config.readOnly()) {
            if (options.has("rw")) {
                throw new MountException("-o rw contradicts --ro");
            }
            options.setDefault("ro", "");
        }
        if (options.has("allow_root")) {
            options.setDefault("allow_other", "");
        }
        options.setDefault("fsname", config.fsname());
        options.setDefault("subtype", "guestmount");
        return options;
    }

    /**
     * Every option for a session through libfuse. It shows the kernel an inode for each name of a file: attributes kept of
     * one would hide what is changed under another, so they are not kept.
     */
    static List<String> libfuse(MountConfig config, FuseOptions options) {
        String timeout = Long.toString(config.cacheTimeout().toSeconds());
        List<String> all = new ArrayList<>(
                List.of("use_ino", "attr_timeout=0", "entry_timeout=" + timeout, "negative_timeout=" + timeout));
        all.addAll(options.forMount());
        all.addAll(options.forLibfuse());
        return all;
    }

    static SessionConfig session(MountConfig config, FuseOptions options, Path mountpoint, int uid) {
        Duration timeout = config.cacheTimeout();
        AttributeView view = new AttributeView(
                options.seconds("entry_timeout", timeout),
                options.seconds("negative_timeout", timeout),
                options.seconds("attr_timeout", timeout),
                options.id("uid"),
                options.id("gid"),
                options.octal("umask"));
        int background = Math.min(options.number("max_background", BACKGROUND_REQUESTS), 0xFFFF);
        SessionConfig.Limits limits = new SessionConfig.Limits(
                Math.max(PAGE_BYTES, Math.min(options.number("max_write", MIB), MIB)),
                options.number("max_readahead", Integer.MAX_VALUE),
                background,
                Math.min(options.number("congestion_threshold", background * 3 / 4), 0xFFFF),
                !options.has("sync_read"));
        return new SessionConfig(
                mountpoint.toString(),
                options.forMount(),
                view,
                limits,
                options.has("allow_root") ? uid : null,
                options.has("debug"));
    }
}
