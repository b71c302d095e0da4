package org.guestmount.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.FidelityImage;
import org.guestmount.it.framework.FilesystemType;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.KernelMount;
import org.guestmount.it.framework.Mount;
import org.guestmount.it.framework.Needs;
import org.guestmount.it.framework.Python;
import org.guestmount.it.framework.Requirement;
import org.guestmount.it.framework.TreeListing;
import org.guestmount.it.framework.Workspace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** With {@code --ro} nothing of the image changes, whatever is done to the mount and whatever the guest left undone. */
@Needs({Requirement.ROOT, Requirement.FUSE, Requirement.QEMU, Requirement.IMAGE_TOOLS})
class ReadOnlyIT {
    @RegisterExtension
    static final Workspace WORKSPACE = new Workspace();

    private static final String EVERY_MUTATION = """
            f, d, n = root + '/file', root + '/folder', root + '/new'
            for name, call in [
                ('open for writing', lambda: os.open(f, os.O_WRONLY)),
                ('open for both', lambda: os.open(f, os.O_RDWR)),
                ('open to truncate', lambda: os.open(f, os.O_RDONLY | os.O_TRUNC)),
                ('open to append', lambda: os.open(f, os.O_WRONLY | os.O_APPEND)),
                ('create', lambda: os.open(n, os.O_CREAT | os.O_RDONLY)),
                ('mkdir', lambda: os.mkdir(n)),
                ('mknod file', lambda: os.mknod(n)),
                ('mkfifo', lambda: os.mkfifo(n)),
                ('mknod device', lambda: os.mknod(n, stat.S_IFCHR | 0o600, os.makedev(1, 3))),
                ('symlink', lambda: os.symlink('x', n)),
                ('link', lambda: os.link(f, n)),
                ('unlink', lambda: os.unlink(f)),
                ('rmdir', lambda: os.rmdir(d)),
                ('rename', lambda: os.rename(f, n)),
                ('rename, no replace', lambda: rename(f, n, RENAME_NOREPLACE)),
                ('rename, exchange', lambda: rename(f, d, RENAME_EXCHANGE)),
                ('chmod', lambda: os.chmod(f, 0o600)),
                ('chown', lambda: os.chown(f, 1, 1)),
                ('lchown', lambda: os.lchown(root + '/link', 1, 1)),
                ('truncate', lambda: os.truncate(f, 1)),
                ('utime', lambda: os.utime(f)),
                ('utime, ns', lambda: os.utime(f, ns=(1, 1))),
                ('setxattr', lambda: os.setxattr(f, 'user.new', b'1')),
                ('removexattr', lambda: os.removexattr(f, 'user.old')),
                ('access', lambda: check(libc.access(os.fsencode(f), os.W_OK))),
            ]:
                print(name + ': ' + fails(call))
            """;

    @Test
    void everyMutationIsRefusedAndTheImageStaysTheSame() throws IOException {
        Path contents = WORKSPACE.newFolder("contents");
        Files.writeString(contents.resolve("file"), "content");
        Files.createDirectory(contents.resolve("folder"));
        Files.createSymbolicLink(contents.resolve("link"), Path.of("file"));
        GuestImage image = GuestImage.ext4(WORKSPACE.folder().resolve("plain.img"), 64, contents)
                .convertedTo("qcow2");
        String before = image.sha256();

        // Options of one's own replace the inner "ro"; the mount and the image are read-only all the same.
        Mount mount = WORKSPACE
                .guestmount()
                .drive(image)
                .device("/dev/sda:/:rw,noatime")
                .readOnly()
                .mount();
        String outcome = Python.run(mount.root(), EVERY_MUTATION);

        assertThat(outcome.lines()).hasSize(25).allMatch(line -> line.endsWith(": EROFS"));
        assertThat(Files.readString(mount.resolve("file"))).isEqualTo("content");
        mount.unmount();
        assertThat(image.sha256()).isEqualTo(before);
    }

    @Test
    void readingAWholeTreeChangesNothing() {
        FidelityImage fidelity = FidelityImage.of(FilesystemType.EXT4);
        String before = fidelity.image().sha256();

        Mount mount = WORKSPACE
                .guestmount()
                .drive(fidelity.image())
                .device("/dev/sda")
                .readOnly()
                .mount();
        Command.of("sh", "-c", "tar -C \"$0\" -cf - --exclude=five-gibibytes tree | wc -c", mount.root())
                .run();
        mount.unmount();

        assertThat(fidelity.image().sha256()).isEqualTo(before);
    }

    /** What the guest's journal holds is replayed into the overlay: its files are seen, the image is not written. */
    @ParameterizedTest
    @EnumSource(names = {"EXT4", "XFS", "BTRFS"})
    void aFilesystemThatWasNotUnmountedIsReadWithItsJournalAndStaysAsItIs(FilesystemType type) throws IOException {
        GuestImage used = type.create(WORKSPACE.folder().resolve("used-" + type), 320);
        GuestImage dirty;
        TreeListing truth;
        try (KernelMount mount =
                KernelMount.writable(used.path(), WORKSPACE.folder().resolve("mnt"))) {
            Python.run(mount.root(), """
                    for i in range(200):
                        with open(f'{root}/file {i}', 'w') as f: f.write(str(i) * i)
                    os.sync()
                    for i in range(0, 200, 2): os.rename(f'{root}/file {i}', f'{root}/renamed {i}')
                    f = os.open(root + '/last', os.O_CREAT | os.O_WRONLY); os.write(f, b'in the journal'); os.fsync(f)
                    os.fsync(os.open(root, os.O_RDONLY))
                    """);
            dirty = used.copiedTo(WORKSPACE.folder().resolve("dirty-" + type));
            truth = TreeListing.of(mount.root());
        }
        String before = dirty.sha256();
        if (type == FilesystemType.EXT4) {
            assertThat(Command.of("dumpe2fs", "-h", dirty.path()).run()).contains("needs_recovery");
        }

        Mount mount = WORKSPACE
                .guestmount()
                .drive(dirty)
                .device("/dev/sda")
                .readOnly()
                .mount();
        TreeListing seen = TreeListing.of(mount.root());
        mount.unmount();

        assertThat(truth.differences(seen, Set.of("ctime"))).isEmpty();
        assertThat(dirty.sha256()).isEqualTo(before);
    }
}
