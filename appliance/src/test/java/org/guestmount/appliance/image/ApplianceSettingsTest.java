package org.guestmount.appliance.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ApplianceSettingsTest {
    private static final Path CACHE = Path.of("/cache");

    @Test
    void aKernelIsNamedOrNot() {
        assertThat(ApplianceSettings.fromEnvironment(CACHE, Map.of("GUESTMOUNT_KERNEL", "/k"))
                        .kernel())
                .isEqualTo(Path.of("/k"));
        assertThat(ApplianceSettings.fromEnvironment(CACHE, Map.of("GUESTMOUNT_KERNEL", ""))
                        .kernel())
                .isNull();
    }

    @Test
    void fixedAppliancesAreSearchedForInTheOrderOfThePath() {
        assertThat(ApplianceSettings.fromEnvironment(CACHE, Map.of("LIBGUESTFS_PATH", "/a::/b"))
                        .fixed())
                .containsExactly(Path.of("/a"), Path.of("/b"));
        assertThat(ApplianceSettings.fromEnvironment(CACHE, Map.of()).fixed()).isEmpty();
    }
}
