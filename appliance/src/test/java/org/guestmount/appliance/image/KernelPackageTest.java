package org.guestmount.appliance.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The package tools are scripts that do what the real ones do, with files at hand for a network. */
class KernelPackageTest {
    @TempDir
    private Path temporary;

    private Path root;
    private Path cache;
    private Path contents;

    @BeforeEach
    void makePackage() throws IOException {
        root = temporary.resolve("root");
        cache = Files.createDirectories(temporary.resolve("cache"));
        contents = temporary.resolve("contents");
        FakeKernel.write(contents.resolve("boot/vmlinuz-6.1"), "6.1", new byte[1]);
        FakeKernel.writeModules(contents.resolve("lib/modules/6.1"));
        Files.writeString(contents.resolve("lib/modules/6.1/kernel/sound.ko"), "not wanted");
        Files.writeString(contents.resolve("lib/modules/6.1/System.map"), "not wanted");
    }

    @Test
    void followsDependenciesToTheImageAndTheModules() throws Exception {
        script("apt-cache", """
                case $2 in
                linux-image-virtual) echo "  Depends: linux-image-6.1-generic" ;;
                linux-image-6.1-generic) echo "  Depends: kmod"; echo "  Depends: linux-modules-6.1-generic" ;;
                linux-modules-6.1-generic) ;;
                *) echo "E: No packages found" >&2; exit 100 ;;
                esac
                """);
        script(
                "apt-get",
                "[ \"$*\" = '-qq download linux-image-6.1-generic linux-modules-6.1-generic' ] && : >kernel.deb");
        script("dpkg-deb", "[ $1 = -x ] && cp -r '%s'/* \"$3\"".formatted(contents));

        new KernelPackage(root, cache).fetch();

        assertFetched();
    }

    @Test
    void fetchesTheListsOfPackagesWhereThereAreNone() throws Exception {
        Path known = temporary.resolve("known");
        script(
                "apt-cache",
                "[ -e '%s' ] && case $* in *linux-image-amd64) echo '  Depends: linux-image-6.1' ;; esac"
                        .formatted(known));
        script(
                "apt-get",
                "case $* in *Dir::State::Lists=*update) : >'%s' ;; *download*) : >kernel.deb ;; esac".formatted(known));
        script("dpkg-deb", "cp -r '%s'/* \"$3\"".formatted(contents));

        new KernelPackage(root, cache).fetch();

        assertFetched();
    }

    @Test
    void unpacksThePackagesOfFedora() throws Exception {
        script("dnf", "while [ $1 != --destdir ]; do shift; done; : >$2/kernel-core.rpm");
        script("rpm2cpio", "cd '%s' && find . | cpio --quiet -o -H newc".formatted(contents));
        assumeProgram("cpio");

        new KernelPackage(root, cache).fetch();

        assertFetched();
    }

    @Test
    void makesTheListOfModulesWhereThePackageHasNone() throws Exception {
        Files.move(contents.resolve("lib/modules/6.1/modules.dep"), temporary.resolve("modules.dep"));
        script("apt-cache", "case $* in *linux-image-amd64) echo '  Depends: linux-image-6.1' ;; esac");
        script("apt-get", ": >kernel.deb");
        script("dpkg-deb", "cp -r '%s'/* \"$3\"".formatted(contents));
        script("depmod", "cp '%s' $2/lib/modules/$3".formatted(temporary.resolve("modules.dep")));

        new KernelPackage(root, cache).fetch();

        assertFetched();
    }

    @Test
    void saysWhatFailed() throws Exception {
        script("apt-cache", "case $* in *linux-image-amd64) echo '  Depends: linux-image-6.1' ;; esac");
        script("apt-get", "echo 'Could not resolve host' >&2; exit 100");

        assertThatThrownBy(() -> new KernelPackage(root, cache).fetch())
                .hasMessageContaining("apt-get")
                .hasMessageContaining("Could not resolve host");
        assertThat(cache).isEmptyDirectory();
    }

    @Test
    void saysThatThereIsNothingToDownloadWith() {
        assertThatThrownBy(() -> new KernelPackage(root, cache).fetch())
                .hasMessageContaining("neither apt-get nor dnf");
    }

    /** The kernel is found, has its modules, and nothing else was kept. */
    private void assertFetched() throws IOException {
        Path kept = cache.resolve("kernel-6.1");
        assertThat(new KernelFinder(root, new InputList()).fetched(cache))
                .contains(new HostKernel(kept.resolve("vmlinuz"), "6.1", kept.resolve("modules")));
        assertThat(kept.resolve("modules/kernel/ext4.ko")).hasContent("ext4");
        assertThat(kept.resolve("modules/kernel/sound.ko")).doesNotExist();
        assertThat(cache.toFile().list()).containsExactly("kernel-6.1");
    }

    private static void assumeProgram(String name) {
        Assumptions.assumeTrue(new GuestTool(name, "", "").find(Path.of("/")).isPresent(), name + " is not installed");
    }

    private void script(String name, String text) throws IOException {
        Path file = Files.createDirectories(root.resolve("usr/bin")).resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + text);
        file.toFile().setExecutable(true);
    }
}
