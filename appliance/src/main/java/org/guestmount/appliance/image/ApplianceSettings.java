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
    /** Reads {@code GUESTMOUNT_KERNEL}; an empty value counts as unset. */
    public static ApplianceSettings fromEnvironment(Path cacheFolder, Map<String, String> environment) {
        String kernel = environment.getOrDefault("GUESTMOUNT_KERNEL", "");
        return new ApplianceSettings(
                cacheFolder, kernel.isEmpty() ? null : Path.of(kernel).toAbsolutePath());
    }
}
