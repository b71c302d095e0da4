package org.guestmount.appliance.image;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an appliance consists of and can do.
 *
 * @param kernelImage the host's file
 * @param kernelRelease as in {@code uname -r}
 * @param digest of all inputs
 * @param folder where it is, or null if it is not built yet
 * @param sizeBytes what it takes on disk; 0 if not built yet
 * @param filesystems what the kernel or a program can mount
 * @param missingFilesystems what the kernel brings no module for, with the Debian package that does, if there is one
 * @param tools the programs inside
 * @param missingTools the programs it could use, each with what it is for and the Debian package that brings it
 */
public record ApplianceDescription(
        Path kernelImage,
        String kernelRelease,
        String digest,
        @Nullable Path folder,
        long sizeBytes,
        List<String> filesystems,
        List<String> missingFilesystems,
        List<String> tools,
        List<String> missingTools) {

    static ApplianceDescription of(Recipe recipe, @Nullable Path folder, long sizeBytes) {
        List<String> filesystems = recipe.filesystems();
        List<String> missing = new ArrayList<>(GuestModules.filesystems(recipe.moduleTree(), false));
        missing.removeAll(filesystems);
        return new ApplianceDescription(
                recipe.kernel().image(),
                recipe.kernel().release(),
                recipe.digest(),
                folder,
                sizeBytes,
                filesystems,
                missing.stream().map(GuestModules::withPackage).toList(),
                List.copyOf(recipe.tools().keySet()),
                recipe.missingTools().stream()
                        .map(tool ->
                                "%s, for %s (package %s)".formatted(tool.name(), tool.purpose(), tool.debianPackage()))
                        .toList());
    }

    /** What one that was made elsewhere consists of; what it lacks is not known here. */
    static ApplianceDescription of(FixedAppliance fixed, long sizeBytes) {
        ApplianceManifest manifest = fixed.manifest();
        return new ApplianceDescription(
                fixed.folder().resolve("kernel"),
                manifest.kernelRelease(),
                manifest.digest(),
                fixed.folder(),
                sizeBytes,
                manifest.filesystems(),
                List.of(),
                manifest.tools(),
                List.of());
    }
}
