package org.guestmount.appliance.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelFinderTest {
    @TempDir
    private Path root;

    private KernelFinder finder;

    @BeforeEach
    void makeFinder() {
        finder = new KernelFinder(root, new InputList());
    }

    @Test
    void takesTheNewestThatHasItsModules() throws IOException {
        install("6.1.0-9-amd64");
        install("6.1.0-10-amd64");
        FakeKernel.write(root.resolve("boot/vmlinuz-6.1.0-11-amd64"), "6.1.0-11-amd64", new byte[1]);

        assertThat(finder.newest()).map(HostKernel::release).contains("6.1.0-10-amd64");
        assertThat(finder.rejected()).singleElement().asString().contains("6.1.0-11-amd64", "not installed");
    }

    @Test
    void goesByTheReleaseInTheImageNotByTheFileName() throws IOException {
        install("6.5.6-300.fc39.x86_64");
        Files.copy(
                root.resolve("boot/vmlinuz-6.5.6-300.fc39.x86_64"), root.resolve("boot/vmlinuz-0-rescue-0123456789"));

        assertThat(finder.newest()).map(HostKernel::release).contains("6.5.6-300.fc39.x86_64");
        assertThat(finder.rejected()).isEmpty();
    }

    @Test
    void takesAKernelBesideItsModulesWhenBootHasNone() throws IOException {
        Path modules = root.resolve("usr/lib/modules/6.9");
        FakeKernel.writeModules(modules);
        Path image = FakeKernel.write(modules.resolve("vmlinuz"), "6.9", new byte[1]);

        assertThat(finder.newest()).contains(new HostKernel(image, "6.9", modules));
    }

    @Test
    void rejectsAKernelWithoutTheModulesTheApplianceNeeds() throws IOException {
        install("6.1");
        Files.writeString(root.resolve("lib/modules/6.1/modules.dep"), "kernel/ext4.ko:\n");

        assertThat(finder.newest()).isEmpty();
        assertThat(finder.rejected()).singleElement().asString().contains("virtio_scsi");
    }

    @Test
    void findsNothingOnAnEmptyHost() throws IOException {
        assertThat(finder.newest()).isEmpty();
    }

    @Test
    void aNamedKernelBringsModulesFromBesideIt() throws IOException {
        Path modules = root.resolve("else/modules/7.0");
        FakeKernel.writeModules(modules);
        Path image = FakeKernel.write(root.resolve("else/bzImage"), "7.0", new byte[1]);

        assertThat(finder.named(image)).isEqualTo(new HostKernel(image, "7.0", modules));
    }

    @Test
    void aNamedKernelBringsModulesFromThePackageItWasUnpackedFrom() throws IOException {
        Path modules = root.resolve("package/lib/modules/7.0");
        FakeKernel.writeModules(modules);
        Path image = FakeKernel.write(root.resolve("package/boot/vmlinuz-7.0"), "7.0", new byte[1]);

        assertThat(finder.named(image).modules()).isEqualTo(modules);
    }

    @Test
    void saysWhyANamedKernelCannotBeUsed() {
        Path missing = root.resolve("missing");

        assertThatThrownBy(() -> finder.named(missing))
                .hasMessageContaining("GUESTMOUNT_KERNEL")
                .hasMessageContaining(missing + " does not exist");
    }

    @Test
    void ordersReleasesByTheirNumbers() {
        List<String> ordered =
                List.of("5.10.0-30-amd64", "6.1.0-9-amd64", "6.1.0-10-amd64", "6.1.0-10-cloud-amd64", "6.10.0", "10.0");

        assertThat(Stream.concat(ordered.stream().skip(3), ordered.stream().limit(3))
                        .sorted(KernelFinder::compareReleases))
                .isEqualTo(ordered);
    }

    private void install(String release) throws IOException {
        FakeKernel.write(root.resolve("boot/vmlinuz-" + release), release, new byte[1]);
        FakeKernel.writeModules(root.resolve("lib/modules").resolve(release));
    }
}
