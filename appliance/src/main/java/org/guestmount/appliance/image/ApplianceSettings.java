package org.guestmount.appliance.image;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the user may choose about the appliance.
 *
 * @param cacheFolder where built appliances are kept; made if missing
 * @param kernel the kernel image to use whatever else is installed, or null to search for one
 * @param fixed folders of which the first that holds an appliance is to be used instead of making one; empty to make one
 */
public record ApplianceSettings(Path cacheFolder, @Nullable Path kernel, List<Path> fixed) {
    public ApplianceSettings {
        fixed = List.copyOf(fixed);
    }

    /** Reads {@code GUESTMOUNT_KERNEL} and {@code LIBGUESTFS_PATH}; an empty value counts as unset. */
    public static ApplianceSettings fromEnvironment(Path cacheFolder, Map<String, String> environment) {
        String kernel = environment.getOrDefault("GUESTMOUNT_KERNEL", "");
        List<Path> fixed = Stream.of(
                        environment.getOrDefault("LIBGUESTFS_PATH", "").split(":", -1))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder).toAbsolutePath())
                .toList();
        return new ApplianceSettings(
                cacheFolder, kernel.isEmpty() ? null : Path.of(kernel).toAbsolutePath(), fixed);
    }
}
