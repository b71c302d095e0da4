package org.guestmount.mount;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What is mounted where.
 *
 * @param mountpoint an existing directory of the host
 * @param readOnly whether every change is answered with {@code EROFS}; shows as {@code ro} in /proc/mounts
 * @param fsname the source that /proc/mounts shows, such as the image's path
 * @param fuseOptions the values of the user's {@code -o} options as typed, each of which may name several options
 *     separated by commas
 * @param backend what carries the kernel's requests
 * @param cacheTimeout how long the host's kernel may keep names and attributes without asking again, at least 0
 */
public record MountConfig(
        Path mountpoint,
        boolean readOnly,
        String fsname,
        List<String> fuseOptions,
        FuseBackend backend,
        Duration cacheTimeout) {
    public MountConfig {
        fuseOptions = List.copyOf(fuseOptions);
        if (cacheTimeout.isNegative()) {
            throw new IllegalArgumentException("negative cache timeout: " + cacheTimeout);
        }
    }
}
