package org.guestmount.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A whole tree copied into the mount is, in the kernel's eyes, the tree it was copied from; the filesystem is clean. */
@Needs({Requirement.ROOT, Requirement.FUSE, Requirement.QEMU, Requirement.IMAGE_TOOLS})
class WriteFidelityIT {
    @RegisterExtension
    static final Workspace WORKSPACE = new Workspace();

    private static final Duration COPY_LIMIT = Duration.ofMinutes(6);
    /** What a copy cannot have the same: how the blocks of files and folders came to be allocated, and its ctime. */
    private static final Set<String> OF_THE_ORIGINAL_ONLY = Set.of("ctime", "blocks", "folder-size", "folder-blocks");

    /** In 512-byte units: far less than five GiB, more than its five pieces of data and their extents need. */
    private static final int MOST_BLOCKS_OF_THE_SPARSE_FILE = 2048;

    /** All but the thousands of plain files, which tar takes; others leave out the thousands of folders. */
    @Test
    void cpToExt4() throws IOException {
        String command =
                "cd \"$0/tree\" && mkdir -p \"$1/tree/real\" && cp -a --sparse=always $(ls -A | grep -vx real) \"$1/tree\"/"
                        + " && touch -r . \"$1/tree\"";
        copyAndCompare(Backend.KERNEL, FilesystemType.EXT4, command, "tree/real");
    }

    @Test
    void rsyncToXfs() throws IOException {
        copyAndCompare(
                Backend.KERNEL,
                FilesystemType.XFS,
                "rsync -aHAXS --numeric-ids --modify-window=-1 --exclude='/tree/real/*' --exclude='/tree/folders/*'"
                        + " \"$0/tree\" \"$1\"/",
                "tree/real",
                "tree/folders");
    }

    @Test
    void tarToBtrfs() throws IOException {
        String excluded = "--exclude='tree/folders/*'";
        copyAndCompare(Backend.KERNEL, FilesystemType.BTRFS, tar(excluded), "tree/special", "tree/folders");
    }

    @Test
    void tarToExt4ThroughLibfuse() throws IOException {
        String excluded = "--exclude='tree/real/*' --exclude='tree/folders/*'";
        copyAndCompare(Backend.JNR, FilesystemType.EXT4, tar(excluded), "tree/special", "tree/real", "tree/folders");
    }

    /** It keeps neither sockets nor hard links of devices. */
    private static String tar(String excluded) {
        String options = "--xattrs --xattrs-include='*' --acls --numeric-owner";
        return "tar -C \"$0\" " + excluded + " -cSf - " + options
                + " tree | tar -C \"$1\" --warning=no-timestamp -xf - " + options;
    }

    @ParameterizedTest
    @EnumSource
    void cpToVfat(Backend backend) throws IOException {
        Path plain = PlainTree.in(WORKSPACE.newFolder("plain-" + backend));
        GuestImage image = FilesystemType.VFAT.create(WORKSPACE.folder().resolve(backend + ".vfat"), 64);

        Mount mount = mounted(backend, image);
        Command.of("sh", "-c", "exec cp -r --preserve=timestamps \"$0\"/* \"$1\"/", plain, mount.root())
                .run();
        mount.unmount();

        FilesystemType.VFAT.assertClean(image.path());
        Path readBack = WORKSPACE.newFolder("read-back-" + backend);
        Command.of("sh", "-c", "exec mcopy -s -m -i \"$0\" '::/*' \"$1\"/", image.path(), readBack)
                .with(Map.of("TZ", "UTC", "LC_ALL", "C.UTF-8"))
                .run();
        assertThat(TreeListing.of(plain).differences(TreeListing.of(readBack), PlainTree.NOT_IN_VFAT))
                .isEmpty();
    }

    /** Files and folders that are new, and plain enough to be made many at a time. */
    @ParameterizedTest
    @EnumSource(names = {"EXT4", "XFS", "BTRFS"})
    void manyNewFilesAndFoldersAreAsTarMadeThemAndRmLeftThem(FilesystemType type) throws IOException {
        Path plain = WORKSPACE.newFolder("many-" + type);
        Python.run(plain, """
                import random
                random.seed(7)
                for d in range(40):
                    folder = f'{root}/tree/' + '/'.join(f'd{i}' for i in range(d % 4)) + f'/folder{d}'
                    os.makedirs(folder)
                    for f in range(random.randrange(30)):
                        name = f'{folder}/file {f}' + random.choice(['', '.c', ':odd', '\\u00fc'])
                        with open(name, 'wb') as file:
                            file.write(os.urandom(random.choice([0, 1, 100, 4096, 20000, 262144, 262145, 700000])))
                        os.chown(name, random.choice([0, 1000]), random.choice([0, 77]))
                        os.chmod(name, random.choice([0o644, 0o600, 0o400, 0o4755, 0o2755, 0o6711, 0o1777]))
                        os.utime(name, ns=(random.randrange(1 << 60), random.randrange(1 << 60)))
                    os.symlink('file 0', f'{folder}/link')
                for folder, _, _ in os.walk(f'{root}/tree', topdown=False):
                    os.chown(folder, random.choice([0, 1000]), random.choice([0, 77]))
                    os.chmod(folder, random.choice([0o755, 0o2775, 0o1777, 0o500]))
                    os.utime(folder, ns=(random.randrange(1 << 60), random.randrange(1 << 60)))
                """);
        TreeListing truth = TreeListing.of(plain).below("tree");
        Set<String> notComparable = new HashSet<>(OF_THE_ORIGINAL_ONLY);
        if (type == FilesystemType.BTRFS) {
            // A folder has one link, whatever is in it.
            notComparable.add("nlink");
        }
        GuestImage image = type.create(WORKSPACE.folder().resolve("many-" + type + ".img"), 768);
        Mount mount = mounted(Backend.KERNEL, image);

        Command.of("sh", "-c", "tar -C \"$0\" --format=posix -cf - tree | tar -C \"$1\" -xpf -", plain, mount.root())
                .within(COPY_LIMIT)
                .run();

        assertThat(truth.differences(TreeListing.of(mount.root()).below("tree"), notComparable))
                .as("through the mount that wrote it")
                .isEmpty();
        for (Path copy : List.of(plain, mount.root())) {
            String command = "cd \"$0/tree\" && rm -r d0/d1 folder8 && mkdir d0/d1 && touch -d @1000 d0/d1 d0 .";
            Command.of("sh", "-c", command, copy).run();
        }
        mount.unmount();
        type.assertClean(image.path());
        TreeListing left = TreeListing.of(plain).below("tree");
        assertThat(left.entries()).hasSizeLessThan(truth.entries().size());
        try (KernelMount written =
                KernelMount.readOnly(image.path(), WORKSPACE.folder().resolve("many"))) {
            assertThat(left.differences(TreeListing.of(written.root()).below("tree"), notComparable))
                    .isEmpty();
        }
        Files.delete(image.path());
    }

    /** What is answered early must not turn into files that are shorter than anybody was told. */
    @Test
    void tarIsToldWhichFilesFindNoSpace() throws IOException {
        Path plain = WORKSPACE.newFolder("too-much");
        Python.run(plain, """
                for i in range(27):
                    open(f'{root}/large{i}', 'wb').write(os.urandom(4 << 20))
                for i in range(1500):
                    open(f'{root}/small{i}', 'wb').write(os.urandom(8000 + i))
                """);
        GuestImage image = FilesystemType.EXT4.create(WORKSPACE.folder().resolve("full.img"), 128);
        Mount mount = mounted(Backend.KERNEL, image);

        Command.Result tar = Command.of("sh", "-c", "tar -C \"$0\" -cf - . | tar -C \"$1\" -xf -", plain, mount.root())
                .within(COPY_LIMIT)
                .result();
        mount.unmount();

        assertThat(tar.status()).isEqualTo(2);
        assertThat(tar.errors()).contains("No space left on device");
        FilesystemType.EXT4.assertClean(image.path());
        try (KernelMount written =
                KernelMount.readOnly(image.path(), WORKSPACE.folder().resolve("full"))) {
            for (String name : differing(plain, written.root())) {
                assertThat(tar.errors()).contains("/" + name + ":");
            }
        }
        Files.delete(image.path());
    }

    /** The names of files that are not the same in both folders. */
    private static List<String> differing(Path original, Path copy) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(original)) {
            for (Path file : files) {
                Path copied = copy.resolve(file.getFileName());
                if (!Files.exists(copied) || Files.mismatch(file, copied) >= 0) {
                    names.add(file.getFileName().toString());
                }
            }
        }
        return names;
    }

    private static Mount mounted(Backend backend, GuestImage image) {
        return WORKSPACE
                .guestmount()
                .through(backend)
                .drive(image)
                .device("/dev/sda")
                .writable()
                .mount();
    }

    private static void copyAndCompare(Backend backend, FilesystemType type, String shellCommand, String... notKept)
            throws IOException {
        FidelityImage original = FidelityImage.of(type);
        GuestImage image = type.create(WORKSPACE.folder().resolve(type + ".img"), 768);

        Mount mount = mounted(backend, image);
        try (KernelMount source =
                KernelMount.readOnly(original.image().path(), WORKSPACE.folder().resolve("source"))) {
            Command.of("sh", "-c", shellCommand, source.root(), mount.root())
                    .within(COPY_LIMIT)
                    .run();
        }
        assertThat(kept(original.truth(), notKept)
                        .differences(kept(TreeListing.of(mount.root()), notKept), OF_THE_ORIGINAL_ONLY))
                .as("through the mount that wrote it")
                .isEmpty();
        mount.unmount();

        type.assertClean(image.path());
        try (KernelMount written =
                KernelMount.readOnly(image.path(), WORKSPACE.folder().resolve("written"))) {
            TreeListing copy = TreeListing.of(written.root());
            assertThat(kept(original.truth(), notKept).differences(kept(copy, notKept), OF_THE_ORIGINAL_ONLY))
                    .isEmpty();
            assertThat(copy.number("tree/sparse/five-gibibytes", "blocks")).isLessThan(MOST_BLOCKS_OF_THE_SPARSE_FILE);
        }
        Files.delete(image.path());
    }

    /** The copied tree, without the filesystem's root and what a tool does not keep. */
    private static TreeListing kept(TreeListing listing, String... notKept) {
        TreeListing kept = listing.below("tree");
        for (String prefix : notKept) {
            kept = kept.without(prefix);
        }
        return kept;
    }
}
