package org.guestmount.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.FilesystemType;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.Guestmount;
import org.guestmount.it.framework.Leftovers;
import org.guestmount.it.framework.Mount;
import org.guestmount.it.framework.Needs;
import org.guestmount.it.framework.Requirement;
import org.guestmount.it.framework.Workspace;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several mounts at once, many one after another, and mounts that end in every other way than by guestunmount. */
@Needs({Requirement.FUSE, Requirement.QEMU, Requirement.IMAGE_TOOLS})
class LifecycleIT {
    @RegisterExtension
    static final Workspace WORKSPACE = new Workspace();

    /** A QEMU whose process was killed has 30 seconds to write what it has. */
    private static final Duration END = Duration.ofSeconds(60);

    /** Twenty lines of nine bytes. */
    private static final long ENOUGH_BYTES = 180;

    /** Appends numbered lines, each made durable, and prints the number of each that is; until something breaks. */
    private static final String WRITER = """
            import os, sys
            f = os.open(sys.argv[1] + '/synced', os.O_CREAT | os.O_WRONLY | os.O_APPEND)
            bulk = open(sys.argv[1] + '/bulk', 'wb', buffering=0)
            done = os.open(sys.argv[2], os.O_CREAT | os.O_WRONLY | os.O_APPEND)
            for n in range(100000):
                for _ in range(8): bulk.write(os.urandom(65536))
                os.write(f, b'%08d\\n' % n); os.fsync(f)
                os.write(done, b'%08d\\n' % n)
            """;

    private static GuestImage image(String name) throws IOException {
        Path contents = WORKSPACE.newFolder("contents-" + name);
        Files.writeString(contents.resolve("name"), name);
        return GuestImage.ext4(WORKSPACE.folder().resolve(name + ".img"), 256, contents);
    }

    private static Guestmount mounting(GuestImage image) {
        return WORKSPACE.guestmount().drive(image).device("/dev/sda");
    }

    @Test
    void differentImagesAreMountedAtOnce() throws IOException {
        Mount first = mounting(image("first")).writable().mount();
        Mount second = mounting(image("second")).writable().mount();

        Files.writeString(first.resolve("new"), "1");
        Files.writeString(second.resolve("new"), "2");
        first.unmount();

        assertThat(second.resolve("name")).hasContent("second");
        assertThat(second.resolve("new")).hasContent("2");
    }

    @Test
    void anImageIsMountedReadOnlyAsOftenAsOneLikes() throws IOException {
        GuestImage image = image("shared");
        Mount first = mounting(image).readOnly().mount();
        Mount second = mounting(image).readOnly().mount();

        assertThat(first.resolve("name")).hasContent("shared");
        first.unmount();
        assertThat(second.resolve("name")).hasContent("shared");
    }

    @Test
    void anImageInUseIsNotWrittenByASecondMountWhichSaysWhy() throws IOException {
        GuestImage image = image("locked");
        Mount first = mounting(image).writable().mount();

        Command.Result second = mounting(image).writable().result();

        assertThat(second.status()).as("%s", second).isEqualTo(1);
        assertThat(second.errors()).contains(image.path().toString()).containsIgnoringCase("in use");
        assertThat(mounting(image).readOnly().mount().resolve("name")).hasContent("locked");
        Files.writeString(first.resolve("new"), "still works");
    }

    @Test
    void tenMountsLeaveNothing() throws IOException {
        GuestImage image = image("often");
        for (int i = 0; i < 10; i++) {
            Guestmount use = mounting(image);
            Mount mount = (i % 2 == 0 ? use.writable() : use.readOnly()).mount();
            if (i % 2 == 0) {
                Files.writeString(mount.resolve("round" + i), "x");
            }
            assertThat(mount.resolve("round" + (i - i % 2))).hasContent("x");
            mount.unmount();
        }

        FilesystemType.EXT4.assertClean(image.path());
        assertThat(Leftovers.processes(WORKSPACE.folder())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT", "HUP"})
    void aSignalUnmountsCleanlyWithNothingLost(String signal) throws IOException {
        GuestImage image = image("signal-" + signal);
        Mount mount = mounting(image).writable().mount();
        Path done = startWriting(mount);

        Command.of("kill", "-" + signal, mount.worker().pid()).run();

        await().atMost(END).until(() -> mount.use().leftovers().isNothing());
        mount.assertNothingLeft();
        FilesystemType.EXT4.assertClean(image.path());
        assertThat(Command.of("dumpe2fs", "-h", image.path()).run()).doesNotContain("needs_recovery");
        assertSyncedIsThere(image, done);
    }

    /** {@code QEMU} is killed as a crash or the kernel's want of memory would. */
    @ParameterizedTest
    @ValueSource(strings = {"the worker", "QEMU"})
    void aKilledProcessLeavesNoMountNorTheOtherProcessAndACleanFilesystem(String victim) throws IOException {
        GuestImage image = image("killed-" + victim.replace(' ', '-'));
        Mount mount = mounting(image).writable().mount();
        Path done = startWriting(mount);
        long pid = victim.equals("QEMU") ? mount.qemu().pid() : mount.worker().pid();

        Command.of("kill", "-KILL", pid).run();

        await().atMost(END).untilAsserted(() -> {
            Leftovers left = mount.use().leftovers();
            assertThat(left.processes()).isEmpty();
            assertThat(left.mounts()).isEmpty();
        });
        // A killed process could not remove its files; the journal says what was going on.
        mount.use().forgetFiles();
        mount.assertNothingLeft();
        Command.Result replay = Command.of("e2fsck", "-p", image.path()).result();
        assertThat(replay.status()).as("%s", replay).isIn(0, 1);
        FilesystemType.EXT4.assertClean(image.path());
        assertSyncedIsThere(image, done);
    }

    /** The kernel goes on answering for a dead mount what it has kept of it, its root's attributes among that. */
    @RepeatedTest(3)
    void aMountThatHasBeenLookedAtGoesWithItsKilledWorker() throws IOException {
        Mount mount = mounting(image("looked-at")).readOnly().mount();
        Command.of("stat", mount.root()).run();

        Command.of("kill", "-KILL", mount.worker().pid()).run();

        await().atMost(END).untilAsserted(() -> assertThat(mount.tableEntry()).isEmpty());
        mount.use().forgetFiles();
        mount.assertNothingLeft();
    }

    /** Returns when some of it is durable and much more is on its way. */
    private static Path startWriting(Mount mount) {
        Path done = mount.use().area().resolve("done");
        Process writer = Command.of("python3", "-c", WRITER, mount.root(), done).start();
        await().atMost(END).until(() -> !writer.isAlive() || (Files.exists(done) && Files.size(done) >= ENOUGH_BYTES));
        assertThat(writer.isAlive()).as("the writer is at work").isTrue();
        return done;
    }

    private static void assertSyncedIsThere(GuestImage image, Path done) throws IOException {
        String promised = Files.readString(done);
        String kept = Command.of("debugfs", "-R", "cat /synced", image.path()).run();
        assertThat(kept).startsWith(promised);
    }
}
