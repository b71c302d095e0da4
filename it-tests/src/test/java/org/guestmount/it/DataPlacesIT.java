package org.guestmount.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.FilesystemType;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.KernelMount;
import org.guestmount.it.framework.Mount;
import org.guestmount.it.framework.Needs;
import org.guestmount.it.framework.PartitionedDisk;
import org.guestmount.it.framework.Python;
import org.guestmount.it.framework.Requirement;
import org.guestmount.it.framework.Workspace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files whose data lies on the disk in every way there is, read in parts and in any order, as the kernel reads them. */
@Needs({Requirement.ROOT, Requirement.FUSE, Requirement.QEMU, Requirement.IMAGE_TOOLS})
class DataPlacesIT {
    private static final int SEED = 5;
    private static final int MEBIBYTES = 320;

    @RegisterExtension
    static final Workspace WORKSPACE = new Workspace();

    @ParameterizedTest
    @EnumSource(names = {"EXT4", "EXT2", "EXT4_SMALL_BLOCKS", "XFS", "BTRFS", "NTFS"})
    void everyPartReadsAsTheKernelReadsIt(FilesystemType type) throws IOException {
        GuestImage image = image(type);
        String expected = readByKernel(image);

        for (GuestImage variant : new GuestImage[] {image, image.convertedTo("qcow2")}) {
            Mount mount = WORKSPACE
                    .guestmount()
                    .drive(variant)
                    .device("/dev/sda")
                    .readOnly()
                    .mount();
            assertThat(read(mount.root())).as("seed %d, %s", SEED, variant).isEqualTo(expected);
            mount.unmount();
        }
        Mount writable = WORKSPACE
                .guestmount()
                .drive(image)
                .device("/dev/sda")
                .writable()
                .mount();
        assertThat(read(writable.root())).as("seed %d, writable", SEED).isEqualTo(expected);
    }

    @Test
    void partitionsOfTwoDrivesAreToldApart() throws IOException {
        Path folder = WORKSPACE.folder();
        GuestImage first = image(FilesystemType.EXT4);
        GuestImage second = image(FilesystemType.XFS);
        String ofFirst = readByKernel(first);
        String ofSecond = readByKernel(second);
        GuestImage small = GuestImage.ext4(folder.resolve("small.fs"), 16, WORKSPACE.newFolder("nothing"));
        GuestImage disk = PartitionedDisk.gpt(folder.resolve("gpt.img"), small, first, second);

        Mount mount = WORKSPACE
                .guestmount()
                .drive(small)
                .drive(disk)
                .device("/dev/sdb2")
                .device("/dev/sdb3:/lost+found")
                .readOnly()
                .mount();

        assertThat(read(mount.root())).isEqualTo(ofFirst);
        assertThat(read(mount.resolve("lost+found"))).isEqualTo(ofSecond);
    }

    /** What a journal holds is on the overlay when the guest has replayed it, and not in the image. */
    @Test
    void dataThatIsInTheJournalIsRead() throws IOException {
        GuestImage image = FilesystemType.EXT4.create(WORKSPACE.folder().resolve("journal.img"), 128);
        GuestImage crashed;
        Path mountpoint = WORKSPACE.folder().resolve("kernel");
        try (KernelMount kernel = KernelMount.mount(image.path(), mountpoint, "rw,data=journal", 0)) {
            Python.run(kernel.root(), "open(f'{root}/journalled', 'wb').write(bytes(range(256)) * 4096); os.sync()");
            crashed = image.copiedTo(WORKSPACE.folder().resolve("crashed.img"));
        }

        Mount mount = WORKSPACE
                .guestmount()
                .drive(crashed)
                .device("/dev/sda")
                .readOnly()
                .mount();

        assertThat(Python.run(
                        mount.root(), "print(open(f'{root}/journalled', 'rb').read() == bytes(range(256)) * 4096)"))
                .isEqualTo("True");
    }

    /** Data may be in the guest's memory or a journal only, and blocks have become another file's, when they are read. */
    @Test
    void whatIsWrittenIsReadWhereverItIs() throws IOException {
        Path folder = WORKSPACE.folder();
        GuestImage plain = withFolders(FilesystemType.EXT4.create(folder.resolve("plain.img"), 64));
        GuestImage journalled = withFolders(FilesystemType.EXT4.create(folder.resolve("journalled.img"), 64));
        GuestImage marked = withFolders(FilesystemType.EXT4.create(folder.resolve("marked.img"), 64));
        GuestImage xfs = withFolders(FilesystemType.XFS.create(folder.resolve("plain-xfs.img"), MEBIBYTES));
        // As chattr +j does, which not every root may. It is of effect only without delayed allocation.
        Command.of("debugfs", "-w", "-R", "set_inode_field /files flags 0x84000", marked.path())
                .run();

        Mount mount = WORKSPACE
                .guestmount()
                .drive(plain)
                .drive(journalled)
                .drive(marked)
                .drive(xfs)
                .device("/dev/sda")
                .device("/dev/sdb:/b:data=journal")
                .device("/dev/sdc:/c:nodelalloc")
                .device("/dev/sdd:/d")
                .writable()
                .mount();
        String written = Python.script(
                "rewrite_and_read.py",
                SEED,
                mount.resolve("files"),
                mount.resolve("b/files"),
                mount.resolve("c/files"),
                mount.resolve("d/files"));
        mount.unmount();

        StringBuilder kept = new StringBuilder();
        for (GuestImage image : List.of(plain, journalled, marked, xfs)) {
            try (KernelMount kernel = KernelMount.readOnly(image.path(), folder.resolve("kernel"))) {
                kept.append(Python.run(kernel.root().resolve("files"), """
                        import hashlib
                        for name in sorted(os.listdir(root)):
                            print(name, hashlib.sha256(open(f'{root}/{name}', 'rb').read()).hexdigest())
                        """)).append('\n');
            }
        }
        assertThat(kept).hasToString(written);
    }

    private static GuestImage withFolders(GuestImage image) throws IOException {
        try (KernelMount kernel =
                KernelMount.writable(image.path(), WORKSPACE.folder().resolve("kernel"))) {
            for (String name : List.of("files", "b", "c", "d")) {
                Files.createDirectory(kernel.root().resolve(name));
            }
        }
        return image;
    }

    private static GuestImage image(FilesystemType type) throws IOException {
        Path file = WORKSPACE.folder().resolve(type.name().toLowerCase(Locale.ROOT) + ".fs");
        if (Files.exists(file)) {
            return GuestImage.raw(file);
        }
        GuestImage image = type.create(file, MEBIBYTES);
        try (KernelMount kernel = KernelMount.writable(file, WORKSPACE.folder().resolve("kernel"))) {
            Python.script("extents_tree.py", kernel.root());
        }
        return image;
    }

    private static String readByKernel(GuestImage image) {
        try (KernelMount kernel =
                KernelMount.readOnly(image.path(), WORKSPACE.folder().resolve("kernel"))) {
            return read(kernel.root());
        }
    }

    private static String read(Path folder) {
        return Python.script("read_ranges.py", folder, SEED);
    }
}
