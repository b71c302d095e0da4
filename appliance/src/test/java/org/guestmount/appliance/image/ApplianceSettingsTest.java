package org.guestmount.appliance.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ApplianceSettingsTest {
    @Test
    void theCacheIsWhereLibguestfsUsersSayThenWhereXdgSaysThenAtHome() {
        assertThat(cacheFolder(Map.of("LIBGUESTFS_CACHEDIR", "/c", "XDG_CACHE_HOME", "/x", "HOME", "/h")))
                .isEqualTo(Path.of("/c/guestmount"));
        assertThat(cacheFolder(Map.of("LIBGUESTFS_CACHEDIR", "", "XDG_CACHE_HOME", "/x", "HOME", "/h")))
                .isEqualTo(Path.of("/x/guestmount"));
        assertThat(cacheFolder(Map.of("XDG_CACHE_HOME", "relative", "HOME", "/h")))
                .isEqualTo(Path.of("/h/.cache/guestmount"));
    }

    @Test
    void aKernelIsNamedOrNot() {
        assertThat(ApplianceSettings.fromEnvironment(Map.of("GUESTMOUNT_KERNEL", "/k"))
                        .kernel())
                .isEqualTo(Path.of("/k"));
        assertThat(ApplianceSettings.fromEnvironment(Map.of("GUESTMOUNT_KERNEL", ""))
                        .kernel())
                .isNull();
    }

    private static Path cacheFolder(Map<String, String> environment) {
        return ApplianceSettings.fromEnvironment(environment).cacheFolder();
    }
}
