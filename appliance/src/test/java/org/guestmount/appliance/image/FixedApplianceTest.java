package org.guestmount.appliance.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.guestmount.core.appliance.Appliance;
import org.guestmount.core.appliance.ApplianceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FixedApplianceTest {
    private static final ApplianceManifest MANIFEST =
            new ApplianceManifest("6.1", "digest", "daemon", List.of("ext4", "xfs"), List.of("busybox"));

    @TempDir
    private Path folder;

    @Test
    void whatWasExportedIsFound() throws Exception {
        Path exported = export();

        FixedAppliance found = FixedAppliance.find(List.of(folder.resolve("nowhere"), exported), "daemon");

        assertThat(found).isEqualTo(new FixedAppliance(exported, MANIFEST));
        assertThat(exported.resolve("kernel")).hasContent("kernel");
        assertThat(exported.resolve("initramfs")).hasContent("initramfs");
    }

    @Test
    void nothingIsOverwritten() throws Exception {
        Path exported = export();

        assertThatThrownBy(this::export)
                .isInstanceOf(ApplianceException.class)
                .hasMessageContaining(exported.resolve("kernel") + " exists");
    }

    @Test
    void anotherVersionsApplianceIsRefused() throws Exception {
        Path exported = export();

        assertThatThrownBy(() -> FixedAppliance.find(List.of(exported), "newer"))
                .isInstanceOf(ApplianceException.class)
                .hasMessageContainingAll(exported.toString(), "another version", "export");
    }

    @Test
    void aFolderWithoutOneIsNamed() {
        assertThatThrownBy(() -> FixedAppliance.find(List.of(folder), "daemon"))
                .isInstanceOf(ApplianceException.class)
                .hasMessageContainingAll(folder.toString(), "LIBGUESTFS_PATH", "export");
    }

    @Test
    void aFileThatIsNoManifestIsRefused() throws IOException {
        Files.writeString(folder.resolve("manifest"), "6.1\n");

        assertThatThrownBy(() -> FixedAppliance.find(List.of(folder), "daemon")).isInstanceOf(ApplianceException.class);
    }

    @Test
    void anAdoptedOneIsUsedWhereItLies() throws Exception {
        FixedAppliance fixed = new FixedAppliance(export(), MANIFEST);
        ApplianceCache cache = ApplianceCache.open(folder.resolve("cache"));
        try (ApplianceCache.Building building = cache.lock(() -> {})) {
            building.adopt(fixed);
        }

        Appliance adopted = cache.withDigest("digest").orElseThrow();

        assertThat(adopted.kernel().toRealPath()).isEqualTo(fixed.folder().resolve("kernel"));
        assertThat(adopted.kernelRelease()).isEqualTo("6.1");
        assertThat(adopted.folder()).isEqualTo(folder.resolve("cache/appliance-digest"));
    }

    private Path export() throws IOException {
        Path made = Files.createDirectories(folder.resolve("made"));
        Files.writeString(made.resolve("kernel"), "kernel");
        Files.writeString(made.resolve("initramfs"), "initramfs");
        Files.write(made.resolve("manifest"), MANIFEST.toLines());
        Path exported = folder.resolve("exported");
        FixedAppliance.export(
                new Appliance(made.resolve("kernel"), made.resolve("initramfs"), "6.1", "digest"), exported);
        return exported;
    }
}
