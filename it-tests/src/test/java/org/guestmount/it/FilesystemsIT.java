package org.guestmount.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.FilesystemType;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.Mount;
import org.guestmount.it.framework.Needs;
import org.guestmount.it.framework.PlainTree;
import org.guestmount.it.framework.Requirement;
import org.guestmount.it.framework.TreeListing;
import org.guestmount.it.framework.Workspace;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Filesystems that guests may have and this machine's kernel need not: what was put in is what comes out. */
@Needs({Requirement.FUSE, Requirement.QEMU, Requirement.RARE_IMAGE_TOOLS})
class FilesystemsIT {
    /** What the smallest filesystem of every type that can hold the tree takes. */
    private static final int MEBIBYTES = 256;

    @RegisterExtension
    static final Workspace WORKSPACE = new Workspace();

    /** Some cannot tell of xattrs, and make up owners, modes and folders' times. */
    private static final Set<String> NOT_KEPT =
            Stream.concat(PlainTree.NOT_IN_VFAT.stream(), Stream.of("xattrs")).collect(Collectors.toUnmodifiableSet());

    private static Path plain = Path.of("");

    @BeforeAll
    static void makeTree() throws IOException {
        plain = PlainTree.in(WORKSPACE.newFolder("plain"));
    }

    @ParameterizedTest
    @EnumSource(names = {"EXFAT", "F2FS", "JFS", "MINIX", "NILFS2", "NTFS", "REISERFS", "UDF"})
    void whatIsCopiedInIsThereLater(FilesystemType type) throws IOException {
        GuestImage image = type.create(WORKSPACE.folder().resolve(type + ".img"), MEBIBYTES);

        Mount writable = mount(image, true);
        Command.of("sh", "-c", "exec cp -r --preserve=timestamps \"$0\"/* \"$1\"/", plain, writable.root())
                .run();
        writable.unmount();

        type.assertClean(image.path());
        assertHoldsTree(mount(image, false));
        Files.delete(image.path());
    }

    @ParameterizedTest
    @CsvSource({
        "squashfs, mksquashfs $0 $1 -quiet -no-progress",
        "erofs, mkfs.erofs $1 $0",
        "Rock Ridge, xorriso -as mkisofs -quiet -R -o $1 $0",
        "Joliet, xorriso -as mkisofs -quiet -J -joliet-long -o $1 $0",
        "Rock Ridge by NetBSD, makefs -t cd9660 -o rockridge $1 $0",
        "UFS, makefs -t ffs -o version=1 $1 $0",
    })
    void whatATreeWasMadeIntoIsThatTree(String name, String maker) throws IOException {
        Path file = WORKSPACE.folder().resolve("made.img");
        Command.of("sh", "-c", maker, plain, file).run();

        Mount mount = mount(GuestImage.raw(file), false);
        assertHoldsTree(mount);
        mount.unmount();
        Files.delete(file);
    }

    @Test
    void aDiscIsMountedReadOnlyAndThatIsSaid() throws IOException {
        Path file = WORKSPACE.folder().resolve("disc.iso");
        Command.of("xorriso", "-as", "mkisofs", "-quiet", "-R", "-o", file, plain)
                .run();

        Mount mount = mount(GuestImage.raw(file), true);

        assertThat(mount.launch().errors())
                .contains(
                        "guestmount: /dev/sda is mounted read-only: nothing can be written to this filesystem here\n");
        assertThat(mount.tableEntry().orElseThrow().options()).contains("ro");
        assertThat(Command.of("touch", mount.root().resolve("new")).result().errors())
                .contains("Read-only file system");
    }

    @Test
    void aHibernatedWindowsVolumeIsMountedReadOnlyAndThatIsSaid() throws IOException {
        GuestImage image = FilesystemType.NTFS.create(WORKSPACE.folder().resolve("windows.img"), 64);
        Mount writable = mount(image, true);
        Files.writeString(writable.root().resolve("hiberfil.sys"), "hibr" + "\0".repeat(8192));
        writable.unmount();

        Mount mount = mount(image, true);

        assertThat(mount.launch().errors())
                .contains("guestmount: /dev/sda is mounted read-only: "
                        + "Windows is hibernated or was not shut down in full (Fast Startup)\n");
        assertThat(mount.root().resolve("hiberfil.sys")).isRegularFile();
    }

    private static Mount mount(GuestImage image, boolean writable) {
        var guestmount = WORKSPACE.guestmount().drive(image).device("/dev/sda");
        return (writable ? guestmount.writable() : guestmount.readOnly()).mount();
    }

    private static void assertHoldsTree(Mount mount) {
        assertThat(TreeListing.of(plain)
                        .differences(TreeListing.of(mount.root()).without(".nilfs"), NOT_KEPT))
                .isEmpty();
    }
}
