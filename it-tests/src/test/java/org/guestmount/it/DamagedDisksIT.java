package org.guestmount.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.guestmount.it.framework.Backend;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.FilesystemType;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.Guestmount;
import org.guestmount.it.framework.KernelMount;
import org.guestmount.it.framework.Mount;
import org.guestmount.it.framework.Needs;
import org.guestmount.it.framework.PartitionedDisk;
import org.guestmount.it.framework.Python;
import org.guestmount.it.framework.Requirement;
import org.guestmount.it.framework.StorageStacks;
import org.guestmount.it.framework.TreeListing;
import org.guestmount.it.framework.Workspace;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Partition tables, superblocks, metadata of LVM, RAID, LUKS and btrfs with wrong bytes in them: whatever is on the disks, they are
 * listed, and nothing hangs, ends or is left. {@code -Dit.damage.rounds=20 -Dit.damage.seed=7} for more and others.
 */
@Needs({Requirement.FUSE, Requirement.QEMU, Requirement.IMAGE_TOOLS, Requirement.STORAGE_TOOLS})
class DamagedDisksIT {
    @RegisterExtension
    static final Workspace WORKSPACE = new Workspace();

    private static final int DISKS = 100;

    /** Counts the disks of a listing; anything that is not JSON is an error. */
    private static final String COUNT = """
            import json, sys
            print(sum(device['parent'] is None and device['image'] is not None for device in json.load(sys.stdin)['devices']))
            """;

    /** Those of volume groups, arrays, encrypted volumes and btrfs. */
    private static final String STACKS = "bcdefghijklmnopqrstuv";

    private static final List<Path> ORIGINALS = new ArrayList<>();

    static List<Integer> seeds() {
        List<Integer> seeds = new ArrayList<>();
        int first = Integer.getInteger("it.damage.seed", 1);
        for (int i = 0; i < Integer.getInteger("it.damage.rounds", 1); i++) {
            seeds.add(first + i);
        }
        return seeds;
    }

    @BeforeAll
    static void makeOriginals() throws IOException {
        Path folder = WORKSPACE.newFolder("originals");
        List<GuestImage> small = new ArrayList<>();
        for (FilesystemType type : List.of(FilesystemType.EXT4, FilesystemType.VFAT, FilesystemType.NTFS)) {
            small.add(type.create(folder.resolve(type + ".fs"), 40));
        }
        GuestImage[] parts = small.toArray(GuestImage[]::new);
        ORIGINALS.add(PartitionedDisk.gpt(folder.resolve("gpt"), parts).path());
        ORIGINALS.add(
                PartitionedDisk.mbr(folder.resolve("mbr"), parts[0], parts).path());
        for (FilesystemType type : FilesystemType.values()) {
            ORIGINALS.add(type.create(folder.resolve("whole-" + type), 320).path());
        }
        StorageStacks stacks = StorageStacks.made();
        STACKS.chars().forEach(name -> ORIGINALS.add(stacks.disk((char) name).path()));
    }

    /** A folder with such an inode is what somebody wants to save the rest of. */
    @ParameterizedTest
    @EnumSource
    @Needs(Requirement.ROOT)
    void anInodeThatCannotBeReadHidesNothingElse(Backend backend) throws IOException {
        Path folder = WORKSPACE.newFolder("inodes-" + backend);
        Path files = Files.createDirectories(folder.resolve("contents/files"));
        for (int i = 0; i < 20; i++) {
            Files.writeString(files.resolve("file" + i), "content of " + i);
            Files.createDirectory(files.resolve("folder" + i));
            Files.createSymbolicLink(files.resolve("link" + i), Path.of("file" + i));
        }
        GuestImage image = GuestImage.ext4(folder.resolve("damaged.img"), 64, folder.resolve("contents"));
        for (String name : List.of("file3", "folder5", "link7")) {
            Command.of("debugfs", "-w", "-R", "clri /files/" + name, image.path())
                    .run();
        }
        TreeListing truth;
        try (KernelMount kernel = KernelMount.readOnly(image.path(), folder.resolve("mnt"))) {
            truth = TreeListing.of(kernel.root());
        }
        assertThat(truth.entries().values())
                .filteredOn(entry -> entry.containsKey("entry"))
                .hasSize(3);

        Guestmount readOnly = WORKSPACE
                .guestmount()
                .through(backend)
                .drive(image)
                .device("/dev/sda")
                .readOnly();
        Guestmount writable = WORKSPACE
                .guestmount()
                .through(backend)
                .drive(image.copiedTo(folder.resolve("copy.img")))
                .device("/dev/sda")
                .writable();
        for (Guestmount use : List.of(readOnly, writable)) {
            Mount mount = use.mount();
            assertThat(truth.differences(TreeListing.of(mount.root()), Set.of()))
                    .isEmpty();
            assertThat(truth.differences(TreeListing.of(mount.root()), Set.of()))
                    .as("asked again, now that it is cached")
                    .isEmpty();
            mount.unmount();
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void areListedAllTheSame(int seed) throws IOException {
        Path folder = WORKSPACE.newFolder("damaged-" + seed);
        List<Object> arguments = new ArrayList<>(List.of(seed, DISKS, folder));
        arguments.addAll(ORIGINALS);
        Python.script("damage_disks.py", arguments.toArray());
        List<Object> listing = new ArrayList<>(List.of("--list", "--json", "--format=raw"));
        for (int i = 0; i < DISKS; i++) {
            listing.addAll(List.of("-a", folder.resolve("%03d".formatted(i))));
        }

        Guestmount use = WORKSPACE.guestmount();
        Command.Result listed = use.command("guestmount", listing.toArray()).result();

        assertThat(listed.status()).as("seed %d: %s", seed, listed).isZero();
        assertThat(Command.of("python3", "-c", COUNT).reading(listed.output()).run())
                .as("seed %d: %s", seed, listed)
                .isEqualTo(DISKS + "\n");
        assertThat(use.leftovers().isNothing()).as("%s", use.leftovers()).isTrue();
    }
}
