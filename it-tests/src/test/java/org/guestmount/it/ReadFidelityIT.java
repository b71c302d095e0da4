package org.guestmount.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.guestmount.it.framework.Backend;
import org.guestmount.it.framework.FidelityImage;
import org.guestmount.it.framework.FilesystemType;
import org.guestmount.it.framework.Mount;
import org.guestmount.it.framework.Needs;
import org.guestmount.it.framework.PlainTree;
import org.guestmount.it.framework.Requirement;
import org.guestmount.it.framework.TreeListing;
import org.guestmount.it.framework.Workspace;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A whole tree read through the mount is what the kernel's own mount of the same image shows. */
@Needs({Requirement.ROOT, Requirement.FUSE, Requirement.QEMU, Requirement.IMAGE_TOOLS})
class ReadFidelityIT {
    @RegisterExtension
    static final Workspace WORKSPACE = new Workspace();

    @ParameterizedTest
    @CsvSource({"EXT4, KERNEL", "EXT4, JNR", "XFS, KERNEL", "BTRFS, KERNEL"})
    void everyEntryIsAsTheKernelShowsIt(FilesystemType type, Backend backend) {
        FidelityImage fidelity = FidelityImage.of(type);
        Mount mount = WORKSPACE
                .guestmount()
                .through(backend)
                .drive(fidelity.image())
                .device("/dev/sda")
                .readOnly()
                .mount();

        assertThat(fidelity.truth().differences(TreeListing.of(mount.root()), Set.of()))
                .isEmpty();
        assertThat(fidelity.truth().differences(TreeListing.of(mount.root()), Set.of()))
                .as("asked again, now that it is cached")
                .isEmpty();
    }

    /** The kernel of this machine may lack vfat, so the truth is what was put in. */
    @ParameterizedTest
    @EnumSource
    void whatWasPutIntoVfatIsThere(Backend backend) throws IOException {
        Path plain = PlainTree.in(WORKSPACE.newFolder("plain-" + backend));
        Path file = WORKSPACE.folder().resolve(backend + ".vfat");
        Mount mount = WORKSPACE
                .guestmount()
                .through(backend)
                .drive(PlainTree.vfat(file, plain))
                .device("/dev/sda")
                .readOnly()
                .mount();

        assertThat(TreeListing.of(plain).differences(TreeListing.of(mount.root()), PlainTree.NOT_IN_VFAT))
                .isEmpty();
    }
}
