package org.guestmount.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.guestmount.it.framework.FilesystemType;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.KernelMount;
import org.guestmount.it.framework.Mount;
import org.guestmount.it.framework.Needs;
import org.guestmount.it.framework.Python;
import org.guestmount.it.framework.Requirement;
import org.guestmount.it.framework.Workspace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A list of system calls, good and bad, gives through the mount what it gives on the kernel's own ext4. */
@Needs({Requirement.ROOT, Requirement.FUSE, Requirement.QEMU, Requirement.IMAGE_TOOLS})
class PosixIT {
    @RegisterExtension
    static final Workspace WORKSPACE = new Workspace();

    @Test
    void everyCallDoesWhatTheKernelDoes() throws IOException {
        GuestImage image = FilesystemType.EXT4.create(WORKSPACE.folder().resolve("ours.img"), 128);
        GuestImage reference = FilesystemType.EXT4.create(WORKSPACE.folder().resolve("kernel.img"), 128);
        String expected;
        try (KernelMount kernel =
                KernelMount.writable(reference.path(), WORKSPACE.folder().resolve("kernel"))) {
            expected = calls(kernel.root());
        }

        Mount mount = WORKSPACE
                .guestmount()
                .drive(image)
                .device("/dev/sda")
                .writable()
                .with("-o", "allow_other")
                .mount();
        String actual = calls(mount.root());
        mount.unmount();

        assertThat(actual.lines().toList())
                .containsExactlyElementsOf(expected.lines().toList());
        assertThat(expected.lines()).hasSizeGreaterThan(80);
        FilesystemType.EXT4.assertClean(image.path());
        assertThat(Files.size(image.path())).isEqualTo(128 << 20);
    }

    private static String calls(Path root) {
        return Python.script("system_calls.py", root);
    }
}
