package org.guestmount.mount;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.ForwardingGuestFilesystem;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InMemoryGuestFilesystem;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.RecordingGuestFilesystem;
import org.guestmount.core.fs.XattrMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MountedGuestTest {
    private static final Duration BOUND = Duration.ofSeconds(30);

    private final InMemoryGuestFilesystem guest = new InMemoryGuestFilesystem();

    private void putFile(String path, String content) throws GuestFilesystemException {
        FileHandle file = guest.create(GuestPath.of(path), OpenFlags.READ_WRITE, 0644, Credentials.ROOT)
                .handle();
        guest.write(file, 0, ByteBuffer.wrap(content.getBytes(UTF_8)));
        guest.release(file);
    }

    @Test
    void readOnlyMountRefusesEveryChangeWithoutAskingTheGuest() throws Exception {
        putFile("/f", "content");
        guest.mkdir(GuestPath.of("/d"), 0755, Credentials.ROOT);
        guest.symlink("f", GuestPath.of("/l"), Credentials.ROOT);
        guest.setxattr(GuestPath.of("/f"), "user.a", new byte[1], XattrMode.CREATE);
        RecordingGuestFilesystem recording = new RecordingGuestFilesystem(guest);

        try (TestMount mount = TestMount.readOnly(recording)) {
            mount.checkIn("changes_are_refused", mount.mountpoint);
        }

        assertThat(recording.operations())
                .allSatisfy(
                        operation -> assertThat(operation)
                                .matches(
                                        "(lookup|getattr|readDirectory|readlink|open|read|flush|release|getxattr|listxattr|statfs) .*"));
    }

    @Test
    void tableOfMountsTellsTheTruth() throws Exception {
        try (TestMount mount = TestMount.mount(guest, true, "/images/a b,c\\d.qcow2", FuseBackend.KERNEL)) {
            MountTable.Mount entry = MountTable.read().at(mount.mountpoint).orElseThrow();

            assertThat(entry.type()).isEqualTo("fuse.guestmount");
            assertThat(entry.source()).isEqualTo("/images/a b,c\\d.qcow2");
            assertThat(Files.readString(Path.of("/proc/mounts")))
                    .containsPattern(mount.mountpoint + " fuse\\.guestmount ro,nosuid,nodev");
        }
    }

    @Test
    void optionsChangeTheView() throws Exception {
        putFile("/f", "");

        try (TestMount mount = TestMount.readWrite(guest, "uid=5,gid=6", "umask=027")) {
            String shown = TestMount.run(List.of(
                    "stat", "-c", "%u %g %a", mount.mountpoint.resolve("f").toString()));

            assertThat(shown).isEqualTo("5 6 750");
        }
    }

    @Test
    void newFilesBelongToWhoMakesThem() throws Exception {
        guest.setattr(GuestPath.ROOT, AttributeChange.ofMode(0777));
        try (TestMount mount = TestMount.readWrite(guest)) {
            Files.createFile(mount.mountpoint.resolve("f"));
        }

        Object uid = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        assertThat(guest.getattr(GuestPath.of("/f")).uid()).isEqualTo(uid);
    }

    /** Tells of the attributes of a directory, once, when something has been made in it. */
    private static final class LateAnswer extends ForwardingGuestFilesystem {
        final CountDownLatch asked = new CountDownLatch(1);
        final CountDownLatch made = new CountDownLatch(1);
        private final GuestFilesystem guest;
        private final GuestPath directory;
        private final AtomicBoolean armed = new AtomicBoolean();

        LateAnswer(GuestFilesystem guest, GuestPath directory) {
            super(guest);
            this.guest = guest;
            this.directory = directory;
        }

        void arm() {
            armed.set(true);
        }

        @Override
        public FileAttributes getattr(FileReference file) throws GuestFilesystemException {
            FileAttributes attributes = guest.getattr(file);
            if (file.equals(directory) && armed.getAndSet(false)) {
                asked.countDown();
                try {
                    made.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return attributes;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anAnswerThatIsLateDoesNotHideWhatWasMadeMeanwhile(boolean file) throws Exception {
        LateAnswer late = new LateAnswer(guest, GuestPath.of("/d"));
        try (TestMount mount = TestMount.readWrite(late)) {
            Path directory = Files.createDirectory(mount.mountpoint.resolve("d"));
            Files.createDirectory(directory.resolve("before"));
            late.arm();
            CompletableFuture<Object> looking = CompletableFuture.supplyAsync(() -> links(directory));
            assertThat(late.asked.await(BOUND.toSeconds(), TimeUnit.SECONDS)).isTrue();

            Path meanwhile = directory.resolve("meanwhile");
            if (file) {
                Files.createFile(meanwhile);
            } else {
                Files.createDirectory(meanwhile);
            }
            late.made.countDown();

            assertThat(looking.get()).isIn(3, 4);
            assertThat(links(directory)).isEqualTo(file ? 3 : 4);
            assertThat(Files.getLastModifiedTime(directory).toInstant())
                    .isEqualTo(guest.getattr(GuestPath.of("/d")).modified().toInstant());
        }
    }

    private static Object links(Path path) {
        try {
            return Files.getAttribute(path, "unix:nlink");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void inodesOfTheGuestsOtherFilesystemsStayDistinct() throws Exception {
        putFile("/one", "");
        putFile("/two", "");
        GuestFilesystem twoDevices = new TwoDevices(guest, GuestPath.of("/two"), GuestPath.of("/one"));

        try (TestMount mount = TestMount.readWrite(twoDevices)) {
            Object one = Files.getAttribute(mount.mountpoint.resolve("one"), "unix:ino");
            Object two = Files.getAttribute(mount.mountpoint.resolve("two"), "unix:ino");

            assertThat(one).isEqualTo(guest.getattr(GuestPath.of("/one")).inode());
            assertThat(two).isNotEqualTo(one);
        }
    }

    @Test
    void unmountingFromOutsideEndsTheMountAndReleasesFiles() throws Exception {
        putFile("/f", "content");
        TestMount mount = TestMount.readWrite(guest);
        try (InputStream file = Files.newInputStream(mount.mountpoint.resolve("f"))) {
            assertThat(file.read()).isEqualTo('c');
        }

        TestMount.run(List.of("fusermount", "-u", mount.mountpoint.toString()));

        assertTimeoutPreemptively(BOUND, mount.mounted::awaitUnmounted);
        assertThat(guest.openHandles()).isZero();
        mount.close();
    }

    @Test
    void unmountingAMountInUseIsRefusedAndClosingItIsNot() throws Exception {
        putFile("/f", "content");
        TestMount mount = TestMount.readWrite(guest);
        try (InputStream file = Files.newInputStream(mount.mountpoint.resolve("f"))) {
            assertThat(file.read()).isEqualTo('c');
            assertThatExceptionOfType(MountException.class)
                    .isThrownBy(mount.mounted::unmount)
                    .withMessageContaining("busy");
            assertThat(MountTable.read().at(mount.mountpoint)).isPresent();

            assertTimeoutPreemptively(BOUND, mount.mounted::close);

            assertThat(MountTable.read().at(mount.mountpoint)).isEmpty();
        }
        assertTimeoutPreemptively(BOUND, mount.mounted::awaitUnmounted);
        assertThat(guest.openHandles()).isZero();
        mount.close();
    }

    @Test
    void unmountWaitsForRequestsUnderWay() throws Exception {
        putFile("/f", "content");
        SlowRelease slow = new SlowRelease(guest);
        TestMount mount = TestMount.readWrite(slow);
        assertThat(Files.readString(mount.mountpoint.resolve("f"))).isEqualTo("content");

        mount.mounted.unmount();
        mount.mounted.awaitUnmounted();

        assertThat(slow.released).isTrue();
        assertThat(guest.openHandles()).isZero();
        mount.close();
    }

    @Test
    void failingGuestIsAnErrorNotAnEmptyAnswer() throws Exception {
        putFile("/f", "content");
        GuestFilesystem failing = new ForwardingGuestFilesystem(guest) {
            @Override
            public int read(FileHandle file, long offset, ByteBuffer destination) {
                throw new IllegalStateException("a defect");
            }
        };

        try (TestMount mount = TestMount.readWrite(failing)) {
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> Files.readString(mount.mountpoint.resolve("f")))
                    .withMessageContaining("Input/output error");
        }
    }

    @Test
    void killedProcessLeavesNoDeadMountEvenWhereItIsInUse() throws Exception {
        Path mountpoint = Files.createTempDirectory("guestmount-test").toRealPath();
        Process server = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ServeForever.class.getName(),
                        mountpoint.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(new BufferedReader(new InputStreamReader(server.getInputStream(), UTF_8)).readLine())
                .isEqualTo("mounted");
        Process user =
                new ProcessBuilder("sleep", "60").directory(mountpoint.toFile()).start();
        try {
            server.destroyForcibly().waitFor();

            assertTimeoutPreemptively(BOUND, () -> {
                while (MountTable.read().at(mountpoint).isPresent()) {
                    Thread.sleep(20);
                }
            });
        } finally {
            user.destroyForcibly().waitFor();
        }
        Files.delete(mountpoint);
    }

    @Test
    void mountedTwiceAtOnceIsRefused() throws Exception {
        try (TestMount mount = TestMount.readWrite(guest)) {
            assertThatExceptionOfType(MountException.class)
                    .isThrownBy(() -> MountedGuest.check(new MountConfig(
                            mount.mountpoint, false, "other", List.of(), FuseBackend.KERNEL, Duration.ZERO)))
                    .withMessageContaining("already mounted");
        }
    }

    /** Shows one file as if it were on another filesystem, with the inode number of a file of the first. */
    private static final class TwoDevices extends ForwardingGuestFilesystem {
        private final GuestPath moved;
        private final GuestPath twin;

        TwoDevices(GuestFilesystem delegate, GuestPath moved, GuestPath twin) {
            super(delegate);
            this.moved = moved;
            this.twin = twin;
        }

        @Override
        public FileAttributes getattr(FileReference file) throws GuestFilesystemException {
            FileAttributes a = super.getattr(file);
            return file.equals(moved)
                    ? new FileAttributes(
                            a.device() + 1,
                            super.getattr(twin).inode(),
                            a.mode(),
                            a.links(),
                            a.uid(),
                            a.gid(),
                            a.rdev(),
                            a.size(),
                            a.blocks(),
                            a.blockSize(),
                            a.accessed(),
                            a.modified(),
                            a.changed())
                    : a;
        }
    }

    /** Takes its time to close files. */
    private static final class SlowRelease extends ForwardingGuestFilesystem {
        private volatile boolean released;

        SlowRelease(GuestFilesystem delegate) {
            super(delegate);
        }

        @Override
        public void release(FileHandle file) throws GuestFilesystemException {
            try {
                Thread.sleep(300);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            super.release(file);
            released = true;
        }
    }
}
