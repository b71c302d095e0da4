package org.guestmount.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.guestmount.it.framework.Backend;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.FidelityImage;
import org.guestmount.it.framework.FilesystemType;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.KernelMount;
import org.guestmount.it.framework.Mount;
import org.guestmount.it.framework.Needs;
import org.guestmount.it.framework.PlainTree;
import org.guestmount.it.framework.Python;
import org.guestmount.it.framework.Requirement;
import org.guestmount.it.framework.TreeListing;
import org.guestmount.it.framework.Workspace;
import org.jspecify.annotations.Nullable;
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

    /** The appliance reads inodes of these from the disk: of every layout there is. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-t ext4                                   |",
                "-t ext4 -b 1024 -O ^64bit                 |",
                "-t ext4 -I 128                            |",
                "-t ext4 -I 1024 -O metadata_csum_seed     | -U random",
                "-t ext4 -O ^metadata_csum,^flex_bg        |",
                "-t ext4 -O inline_data                    |",
                "-t ext4 -O bigalloc                       |",
                "-t ext4 -O meta_bg,^resize_inode          |",
                "-t ext4 -b 2048                           | -E mount_opts=nouid32",
                "-t ext3                                   |",
                "-t ext2 -b 1024                           |"
            })
    void inodesOfEveryLayoutAreAsTheKernelShowsThem(String layout, @Nullable String change) throws IOException {
        Path folder = WORKSPACE.newFolder("layout" + layout.replaceAll("[ ,^]+", "-"));
        Path file = folder.resolve("disk.img");
        Command.of("truncate", "-s", "200M", file).run();
        List<String> maker = new ArrayList<>(List.of("mke2fs", "-q", "-F"));
        maker.addAll(List.of(layout.split(" ")));
        maker.add(file.toString());
        Command.of(maker).run();
        Path mountpoint = folder.resolve("mnt");
        try (KernelMount mount = KernelMount.writable(file, mountpoint)) {
            Python.script("inodes_tree.py", mount.root().resolve("tree"));
        }
        if (change != null) {
            List<String> changer = new ArrayList<>(List.of("tune2fs"));
            changer.addAll(List.of(change.split(" ")));
            changer.add(file.toString());
            Command.of(changer).run();
        }
        TreeListing truth;
        try (KernelMount mount = KernelMount.readOnly(file, mountpoint)) {
            truth = TreeListing.of(mount.root());
        }

        Mount mount = WORKSPACE
                .guestmount()
                .drive(GuestImage.raw(file))
                .device("/dev/sda")
                .readOnly()
                .mount();

        assertThat(truth.differences(TreeListing.of(mount.root()), Set.of())).isEmpty();
        mount.unmount();
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
