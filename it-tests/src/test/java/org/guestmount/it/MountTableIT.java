package org.guestmount.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.FilesystemType;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.Guestmount;
import org.guestmount.it.framework.Mount;
import org.guestmount.it.framework.MountEntry;
import org.guestmount.it.framework.Needs;
import org.guestmount.it.framework.Python;
import org.guestmount.it.framework.Requirement;
import org.guestmount.it.framework.Workspace;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How a mount looks from outside: the mount table, its options, its end. */
@Needs({Requirement.FUSE, Requirement.QEMU, Requirement.IMAGE_TOOLS})
class MountTableIT {
    @RegisterExtension
    static final Workspace WORKSPACE = new Workspace();

    private static GuestImage image = GuestImage.raw(Path.of(""));

    @BeforeAll
    static void makeAnImage() {
        image = FilesystemType.EXT4.create(WORKSPACE.folder().resolve("disk.img"), 64);
    }

    private static Guestmount guestmount() {
        return WORKSPACE.guestmount().drive(image).device("/dev/sda");
    }

    private static MountEntry entry(Mount mount) {
        return mount.tableEntry().orElseThrow(() -> new AssertionError("not mounted: " + mount.launch()));
    }

    @Test
    void aReadOnlyMountIsShownAsSuchWithItsImage() {
        MountEntry entry = entry(guestmount().readOnly().mount());

        assertThat(entry.options()).contains("ro").doesNotContain("rw");
        assertThat(entry.source()).isEqualTo(image.path().toString());
        assertThat(entry.type()).isEqualTo("fuse.guestmount");
    }

    @Test
    void optionsMayBeGivenInOneListOrOneByOne() {
        Mount mount = guestmount()
                .readOnly()
                .with("-o", "default_permissions,max_read=65536", "-o", "noatime")
                .mount();

        assertThat(entry(mount).options()).contains("default_permissions", "max_read=65536", "noatime");
    }

    @Test
    @Needs(Requirement.ROOT)
    void anotherUserWhoIsLetInOwnsWhatHeMakes() {
        Mount mount = guestmount().writable().with("-o", "allow_other").mount();
        Python.run(mount.root(), "os.mkdir(root + '/open'); os.chmod(root + '/open', 0o777)");

        Command.of(
                        "setpriv",
                        "--reuid=1234",
                        "--regid=4321",
                        "--clear-groups",
                        "sh",
                        "-ec",
                        "cd \"$0\"; echo x > file; mkdir folder; ln -s x link; mkfifo fifo",
                        mount.resolve("open"))
                .run();

        assertThat(Python.run(mount.root(), """
                                for name in sorted(os.listdir(root + '/open')):
                                    s = os.lstat(root + '/open/' + name); print(name, s.st_uid, s.st_gid)
                                """))
                .isEqualTo("fifo 1234 4321\nfile 1234 4321\nfolder 1234 4321\nlink 1234 4321");
    }

    @Test
    void aRelativePidFileIsThereWhileMountedAndGoneAfter() throws IOException {
        Mount mount = guestmount().readOnly().with("--pid-file", "pid").mount();
        Path pidFile = mount.use().area().resolve("pid");

        assertThat(Files.readString(pidFile)).isEqualTo(mount.worker().pid() + "\n");
        mount.unmount();
        assertThat(pidFile).doesNotExist();
    }

    @Test
    void theImageIsFreeWhenGuestunmountReturns() {
        Mount mount = guestmount().writable().mount();
        Python.run(mount.root(), "open(root + '/f', 'wb').write(bytes(20 << 20))");
        long qemu = mount.qemu().pid();

        mount.use().command("guestunmount", mount.root()).run();

        assertThat(ProcessHandle.of(qemu)).isEmpty();
        // Opening it for writing takes the lock that every QEMU program respects.
        Command.of("qemu-io", "-f", "raw", "-c", "read 0 512", image.path()).run();
        FilesystemType.EXT4.assertClean(image.path());
        mount.assertNothingLeft();
    }

    @Test
    void guestunmountOfAPlainFolderSaysSoAtOnce() throws IOException {
        Path plain = WORKSPACE.newFolder("plain");

        Command.Result result = WORKSPACE
                .guestmount()
                .command("guestunmount", plain)
                .within(Duration.ofSeconds(5))
                .result();

        assertThat(result.status()).as("%s", result).isEqualTo(3);
        assertThat(result.errors()).contains(plain.toString());
    }

    @Test
    void guestunmountOfABusyMountTriesAndThenGivesUpWithStatus2() throws IOException {
        Mount mount = guestmount().readOnly().mount();
        Process user = Command.of("sleep", "60").in(mount.root()).start();
        try {
            Command.Result result = mount.use()
                    .command("guestunmount", "--retry=1", mount.root())
                    .within(Duration.ofSeconds(20))
                    .result();

            assertThat(result.status()).as("%s", result).isEqualTo(2);
            assertThat(mount.tableEntry()).isPresent();
        } finally {
            user.destroyForcibly().onExit().join();
        }
        mount.unmount();
    }

    @Test
    void aPlainUnmountByFusermountEndsEverythingToo() {
        Mount mount = guestmount().writable().mount();
        Python.run(mount.root(), "open(root + '/by-fusermount', 'w').write('x')");

        Command.of("fusermount3", "-u", mount.root()).run();

        mount.assertNothingLeft();
        FilesystemType.EXT4.assertClean(image.path());
    }
}
