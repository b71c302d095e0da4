package org.guestmount.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.guestmount.core.fs.GuestFilesystem;

/** A real mount of a fake guest, and programs that use it. */
final class TestMount implements AutoCloseable {
    private static final Duration CACHE_TIMEOUT = Duration.ofSeconds(60);
    private static final int PROGRAM_SECONDS = 120;

    final Path mountpoint;
    final MountedGuest mounted;

    private TestMount(Path mountpoint, MountedGuest mounted) {
        this.mountpoint = mountpoint;
        this.mounted = mounted;
    }

    static TestMount readWrite(GuestFilesystem guest, String... options) throws IOException, InterruptedException {
        return mount(guest, false, "/images/guest.img", FuseBackend.KERNEL, options);
    }

    static TestMount readOnly(GuestFilesystem guest, String... options) throws IOException, InterruptedException {
        return mount(guest, true, "/images/guest.img", FuseBackend.KERNEL, options);
    }

    /** Of a guest that can be written to, served through libfuse. */
    static TestMount throughLibfuse(GuestFilesystem guest) throws IOException, InterruptedException {
        return mount(guest, false, "/images/guest.img", FuseBackend.JNR);
    }

    static TestMount mount(
            GuestFilesystem guest, boolean readOnly, String fsname, FuseBackend backend, String... options)
            throws IOException, InterruptedException {
        assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "/dev/fuse cannot be used");
        Path mountpoint = Files.createTempDirectory("guestmount-test").toRealPath();
        return new TestMount(
                mountpoint,
                MountedGuest.mount(
                        guest,
                        new MountConfig(mountpoint, readOnly, fsname, List.of(options), backend, CACHE_TIMEOUT)));
    }

    /** Runs a check of syscalls.py in a directory. */
    void checkIn(String check, Path directory) throws IOException, InterruptedException {
        String output = run(List.of("python3", script().toString(), check, directory.toString()));
        assertThat(output).as("output of %s", check).isEmpty();
    }

    /** Runs a program that must succeed. */
    static String run(List<String> command) throws IOException, InterruptedException {
        HostTools.Result result = HostTools.run(command, PROGRAM_SECONDS);
        assertThat(result.status())
                .as("status of %s, which wrote: %s", command, result.output())
                .isZero();
        return result.output();
    }

    private static final class Script {
        static final Path FILE = copy();

        private static Path copy() {
            try (InputStream script = TestMount.class.getResourceAsStream("syscalls.py")) {
                Path file = Files.createTempFile("syscalls", ".py");
                file.toFile().deleteOnExit();
                Files.copy(Objects.requireNonNull(script), file, StandardCopyOption.REPLACE_EXISTING);
                return file;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static Path script() {
        return Script.FILE;
    }

    @Override
    public void close() throws IOException {
        mounted.close();
        Files.delete(mountpoint);
    }
}
