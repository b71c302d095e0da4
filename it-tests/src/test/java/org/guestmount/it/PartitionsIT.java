package org.guestmount.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.FilesystemType;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.Guestmount;
import org.guestmount.it.framework.Mount;
import org.guestmount.it.framework.Needs;
import org.guestmount.it.framework.PartitionedDisk;
import org.guestmount.it.framework.PlainTree;
import org.guestmount.it.framework.Python;
import org.guestmount.it.framework.Requirement;
import org.guestmount.it.framework.TreeListing;
import org.guestmount.it.framework.Workspace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Partition tables, several drives, several filesystems in one tree, both block sizes. */
@Needs({Requirement.FUSE, Requirement.QEMU, Requirement.IMAGE_TOOLS})
class PartitionsIT {
    @RegisterExtension
    static final Workspace WORKSPACE = new Workspace();

    /** An ext4 filesystem with a file {@code which}, and folders to mount others on. */
    private static GuestImage ext4(String name, String... mountpoints) throws IOException {
        Path contents = WORKSPACE.newFolder("contents-" + name);
        Files.writeString(contents.resolve("which"), name);
        for (String mountpoint : mountpoints) {
            Files.createDirectories(contents.resolve(mountpoint));
        }
        return GuestImage.ext4(WORKSPACE.folder().resolve(name + ".fs"), 40, contents);
    }

    @Test
    void partitionsOfBothKindsOfTableAndAWholeDiskMakeOneTree() throws IOException {
        Path folder = WORKSPACE.folder();
        GuestImage gpt = PartitionedDisk.gpt(
                folder.resolve("gpt.img"),
                ext4("root", "xfs", "btrfs", "vfat", "primary", "logical5", "logical6", "whole"),
                FilesystemType.XFS.create(folder.resolve("xfs.fs"), 320),
                FilesystemType.BTRFS.create(folder.resolve("btrfs.fs"), 128),
                PlainTree.vfat(folder.resolve("vfat.fs"), PlainTree.in(WORKSPACE.newFolder("plain"))));
        GuestImage mbr =
                PartitionedDisk.mbr(folder.resolve("mbr.img"), ext4("primary"), ext4("logical5"), ext4("logical6"));
        GuestImage whole = ext4("whole").convertedTo("qcow2");

        Mount mount = WORKSPACE
                .guestmount()
                .drive(gpt)
                .drive(mbr)
                .drive(whole)
                .device("/dev/sda1")
                .device("/dev/sda2:/xfs")
                .device("/dev/sda3:/btrfs")
                .device("/dev/sda4:/vfat")
                .device("/dev/sdb1:/primary")
                .device("/dev/sdb5:/logical5")
                .device("/dev/sdb6:/logical6:noatime:ext4")
                .device("/dev/sdc:/whole")
                .writable()
                .mount();

        assertThat(mount.resolve("which")).hasContent("root");
        for (String other : new String[] {"primary", "logical5", "logical6", "whole"}) {
            assertThat(mount.resolve(other).resolve("which")).hasContent(other);
        }
        assertThat(TreeListing.of(folder.resolve("plain"))
                        .differences(TreeListing.of(mount.resolve("vfat")), PlainTree.NOT_IN_VFAT))
                .isEmpty();
        Python.run(
                mount.root(),
                "for d in 'xfs', 'btrfs', 'vfat', 'logical5': open(f'{root}/{d}/new', 'w').write(d * 1000)");
        assertThat(
                        Python.run(
                                mount.root(),
                                "print(all(open(f'{root}/{d}/new').read() == d * 1000 for d in ('xfs', 'btrfs', 'vfat', 'logical5')))"))
                .isEqualTo("True");
        mount.unmount();

        Mount again =
                WORKSPACE.guestmount().drive(mbr).device("/dev/sda5").readOnly().mount();
        assertThat(again.resolve("new")).hasContent("logical5".repeat(1000));
    }

    @Test
    void partitionsOfABsdLabelAreFound() throws IOException {
        GuestImage disk = PartitionedDisk.bsd(
                WORKSPACE.folder().resolve("bsd.img"), ext4("bsd-a", "b", "e"), ext4("bsd-b"), ext4("bsd-e"));

        Mount mount = WORKSPACE
                .guestmount()
                .drive(disk)
                .device("/dev/sda5")
                .device("/dev/sda6:/b")
                .device("/dev/sda7:/e")
                .writable()
                .mount();

        assertThat(mount.resolve("which")).hasContent("bsd-a");
        assertThat(mount.resolve("b/which")).hasContent("bsd-b");
        assertThat(mount.resolve("e/which")).hasContent("bsd-e");
        Files.writeString(mount.resolve("e/new"), "written");
        mount.unmount();
        Mount again = WORKSPACE
                .guestmount()
                .drive(disk)
                .device("/dev/sda7")
                .readOnly()
                .mount();
        assertThat(again.resolve("new")).hasContent("written");
    }

    @Test
    @Needs(Requirement.ROOT)
    void disksOf4096ByteBlocksAreReadAsSuch() throws IOException {
        Path folder = WORKSPACE.folder();
        GuestImage large = PartitionedDisk.gptOfLargeBlocks(folder.resolve("large.img"), ext4("large", "small"));
        GuestImage small = PartitionedDisk.gpt(folder.resolve("small.img"), ext4("small"));

        Mount mount = WORKSPACE
                .guestmount()
                .with("--blocksize=4096", "--format=raw", "-a", large.path())
                .with("--blocksize", "-a", small.path())
                .device("/dev/sda1")
                .device("/dev/sdb1:/small")
                .writable()
                .mount();

        assertThat(mount.resolve("which")).hasContent("large");
        assertThat(mount.resolve("small/which")).hasContent("small");
        Files.writeString(mount.resolve("new"), "written");
        mount.unmount();
        assertThat(Command.of("debugfs", "-R", "cat /new", large.path() + "?offset=1048576")
                        .run())
                .isEqualTo("written");
    }

    /** 255 UTF-16 units, which are more bytes of UTF-8 than other filesystems' names may have. */
    @Test
    void fatHasLongNamesAndTheUsualPermissions() throws IOException {
        Path folder = WORKSPACE.folder();
        GuestImage fat = PlainTree.vfat(folder.resolve("names.fs"), PlainTree.in(WORKSPACE.newFolder("names")));
        String name = "\u30a2".repeat(255);

        Mount mount =
                WORKSPACE.guestmount().drive(fat).device("/dev/sda").writable().mount();
        Python.run(mount.root(), "open(f'{root}/%s', 'w').write('long')".formatted(name));
        mount.unmount();
        Mount again =
                WORKSPACE.guestmount().drive(fat).device("/dev/sda").readOnly().mount();

        assertThat(Python.run(
                        again.root(),
                        "n = '%s'; print(n in os.listdir(root), open(f'{root}/{n}').read(), oct(os.stat(f'{root}/{n}').st_mode))"
                                .formatted(name)))
                .isEqualTo("True long 0o100755");
    }

    /** A guest's symbolic links are the guest's: seen from the mount they never lead the daemon out of its tree. */
    @Test
    void anInnerMountpointThatIsALinkStaysInsideTheGuest() throws IOException {
        Path contents = WORKSPACE.newFolder("contents-link");
        Files.createDirectory(contents.resolve("real"));
        Files.createSymbolicLink(contents.resolve("data"), Path.of("/real"));
        GuestImage outer = GuestImage.ext4(WORKSPACE.folder().resolve("link.fs"), 40, contents);

        Mount mount = WORKSPACE
                .guestmount()
                .drive(outer)
                .drive(ext4("inner"))
                .device("/dev/sda")
                .device("/dev/sdb:/data")
                .readOnly()
                .mount();

        assertThat(mount.resolve("real/which")).hasContent("inner");
    }

    @Test
    void thereMayBe255Drives() throws IOException {
        GuestImage last = ext4("last");
        Path other = Files.write(WORKSPACE.folder().resolve("other.img"), new byte[1 << 16]);
        Guestmount guestmount = WORKSPACE.guestmount().with("--format=raw");
        for (int i = 1; i < 255; i++) {
            guestmount.with("-a", other);
        }

        Mount mount = guestmount
                .with("-a", last.path())
                .device("/dev/sdiu")
                .readOnly()
                .mount();

        assertThat(mount.resolve("which")).hasContent("last");
    }
}
