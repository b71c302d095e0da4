package org.guestmount.appliance.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibraryFinderTest {
    private static final int I386 = 3;

    @TempDir
    private Path temporary;

    private Path root;

    @BeforeEach
    void resolveRoot() throws IOException {
        root = temporary.toRealPath();
    }

    @Test
    void findsLibrariesOfLibrariesAndTheLoader() throws IOException {
        Path loader = new FakeElf().write(root.resolve("lib64/ld.so"));
        Path two = new FakeElf().write(root.resolve("usr/lib/libtwo.so"));
        Path one = new FakeElf().needs("libtwo.so").write(root.resolve("lib/x86_64-linux-gnu/libone.so.1.2"));
        Files.createSymbolicLink(one.resolveSibling("libone.so.1"), one.getFileName());
        Path program =
                new FakeElf().interpreter("/lib64/ld.so").needs("libone.so.1").write(root.resolve("bin/program"));

        LibraryFinder finder = new LibraryFinder(root);
        finder.addNeedsOf(program);

        assertThat(finder.libraries())
                .containsOnly(Map.entry("ld.so", loader), Map.entry("libone.so.1", one), Map.entry("libtwo.so", two));
    }

    @Test
    void passesOverALibraryOfAnotherProcessor() throws IOException {
        new FakeElf().machine(I386).write(root.resolve("lib/x86_64-linux-gnu/libone.so"));
        Path right = new FakeElf().write(root.resolve("usr/lib/libone.so"));

        LibraryFinder finder = new LibraryFinder(root);
        finder.addNeedsOf(new FakeElf().needs("libone.so").write(root.resolve("bin/program")));

        assertThat(finder.libraries()).containsEntry("libone.so", right);
    }

    @Test
    void looksBesideTheProgramAndWhereTheLoaderIsConfiguredTo() throws IOException {
        Path near = new FakeElf().write(root.resolve("opt/program/lib/libnear.so"));
        Path configured = new FakeElf().write(root.resolve("opt/vendor/libfar.so"));
        Files.createDirectories(root.resolve("etc/ld.so.conf.d"));
        Files.writeString(root.resolve("etc/ld.so.conf"), "include /etc/ld.so.conf.d/*.conf\n");
        Files.writeString(root.resolve("etc/ld.so.conf.d/vendor.conf"), "# vendor\n/opt/vendor\n");

        LibraryFinder finder = new LibraryFinder(root);
        finder.addNeedsOf(new FakeElf()
                .searches("$ORIGIN/../lib")
                .needs("libnear.so")
                .needs("libfar.so")
                .write(root.resolve("opt/program/bin/program")));

        assertThat(finder.libraries()).containsEntry("libnear.so", near).containsEntry("libfar.so", configured);
    }

    @Test
    void namesTheLibraryThatIsMissing() throws IOException {
        Path program = new FakeElf().needs("libgone.so.7").write(root.resolve("bin/program"));

        assertThatThrownBy(() -> new LibraryFinder(root).addNeedsOf(program))
                .hasMessageContaining("libgone.so.7")
                .hasMessageContaining(program.toString());
    }

    @Test
    void doesNotTakeLibrariesThatComeAlongAnyway() throws IOException {
        Path own = new FakeElf().needs("libother.so").write(root.resolve("java/lib/libown.so"));
        Path other = new FakeElf().needs("libown.so").write(root.resolve("java/lib/libother.so"));

        LibraryFinder finder = new LibraryFinder(root);
        finder.addNeedsOfOwn(List.of(own, other));

        assertThat(finder.libraries()).isEmpty();
    }

    @Test
    void aScriptNeedsNoLibraries() throws IOException {
        LibraryFinder finder = new LibraryFinder(root);
        finder.addNeedsOf(Files.writeString(root.resolve("script"), "#!/bin/sh\n"));

        assertThat(finder.libraries()).isEmpty();
    }
}
