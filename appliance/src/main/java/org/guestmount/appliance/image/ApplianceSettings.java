package org.guestmount.appliance.image;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the user may choose about the appliance.
 *
 * @param cacheFolder where built appliances are kept; made if missing
 * @param kernel the kernel image to use whatever else is installed, or null to search for one
 */
public record ApplianceSettings(Path cacheFolder, @Nullable Path kernel) {
    /**
     * Reads {@code LIBGUESTFS_CACHEDIR}, {@code XDG_CACHE_HOME}, {@code HOME} and {@code GUESTMOUNT_KERNEL}; an empty value
     * counts as unset.
     */
    public static ApplianceSettings fromEnvironment(Map<String, String> environment) {
        String kernel = environment.getOrDefault("GUESTMOUNT_KERNEL", "");
        return new ApplianceSettings(
                cacheFolder(environment),
                kernel.isEmpty() ? null : Path.of(kernel).toAbsolutePath());
    }

    private static Path cacheFolder(Map<String, String> environment) {
        String explicit = environment.getOrDefault("LIBGUESTFS_CACHEDIR", "");
        if (!explicit.isEmpty()) {
            return Path.of(explicit).toAbsolutePath().resolve("guestmount");
        }
        // The XDG base directory specification tells to ignore a relative path.
        String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
        if (xdg.startsWith("/")) {
            return Path.of(xdg, "guestmount");
        }
        String home = environment.getOrDefault("HOME", "");
        return Path.of(home.isEmpty() ? System.getProperty("user.home") : home, ".cache", "guestmount");
    }
}
