package org.guestmount.appliance.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.guestmount.core.appliance.ApplianceException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ApplianceCacheTest {
    @TempDir
    private Path temporary;

    private Path folder;
    private ApplianceCache cache;
    private Path input;

    @BeforeEach
    void openCache() throws IOException {
        folder = temporary.resolve("deep/cache");
        cache = ApplianceCache.open(folder);
        input = Files.writeString(temporary.resolve("input"), "1");
    }

    @Test
    void theFolderIsPrivate() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwx------");
    }

    @Test
    void aFolderOpenToOthersIsClosedToThem() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));

        ApplianceCache.open(folder);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwx------");
    }

    @Test
    void aFileInPlaceOfTheFolderIsReportedWithTheRemedy() throws IOException {
        Path file = Files.createFile(temporary.resolve("file"));

        assertThatThrownBy(() -> ApplianceCache.open(file))
                .isInstanceOf(ApplianceException.class)
                .hasMessageContaining("LIBGUESTFS_CACHEDIR");
    }

    @Test
    void whatWasPublishedIsCurrentUntilAnInputChanges() throws Exception {
        publish("k", "d1");

        assertThat(cache.current("k")).hasValueSatisfying(appliance -> {
            assertThat(appliance.digest()).isEqualTo("d1");
            assertThat(appliance.kernelRelease()).isEqualTo("6.1");
            assertThat(appliance.kernel()).hasContent("kernel d1");
            assertThat(appliance.initramfs()).hasContent("initramfs d1");
        });
        assertThat(cache.current("other")).isEmpty();

        Files.writeString(input, "longer");
        assertThat(cache.current("k")).isEmpty();
        assertThat(cache.withDigest("d1")).isPresent();
    }

    @Test
    void pruningKeepsWhatIsCurrentAndRemovesTheRest() throws Exception {
        publish("k", "d1");
        publish("k", "d2");
        publish("k2", "d3");
        Files.createDirectory(folder.resolve("building-left-over"));

        try (ApplianceCache.Building building = cache.lock(() -> {})) {
            building.prune();
        }

        assertThat(entries())
                .contains("appliance-d2", "appliance-d3")
                .doesNotContain("appliance-d1", "building-left-over");
    }

    @Test
    void pruningLeavesWhatThisProcessUses() throws Exception {
        publish("k", "d1");
        cache.withDigest("d1");
        publish("k", "d2");

        try (ApplianceCache.Building building = cache.lock(() -> {})) {
            building.prune();
        }

        assertThat(entries()).contains("appliance-d1");
    }

    @Test
    void cleaningRemovesAllButWhatAnotherProcessUses() throws Exception {
        publish("k", "used");
        publish("k2", "unused");
        Process user = holdLock(folder.resolve("appliance-used/in-use"), true);
        try (ApplianceCache.Building building = cache.lock(() -> {})) {
            assertThat(building.clean()).containsExactly(folder.resolve("appliance-used"));
            assertThat(entries()).containsExactlyInAnyOrder("lock", "appliance-used");
        } finally {
            user.destroyForcibly().waitFor();
        }
        try (ApplianceCache.Building building = cache.lock(() -> {})) {
            assertThat(building.clean()).isEmpty();
        }
    }

    @Test
    void anotherProcessThatBuildsIsWaitedFor() throws Exception {
        Process builder = holdLock(Files.createFile(folder.resolve("lock")), false);
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try {
            CountDownLatch waiting = new CountDownLatch(1);
            Future<List<String>> locked = executor.submit(() -> entriesUnderLock(waiting));
            assertThat(waiting.await(30, TimeUnit.SECONDS))
                    .as("said that it waits")
                    .isTrue();
            assertThat(locked.isDone()).as("got it while the other had it").isFalse();

            builder.destroyForcibly().waitFor();

            assertThat(locked.get(30, TimeUnit.SECONDS)).contains("lock");
        } finally {
            builder.destroyForcibly();
            executor.shutdownNow();
        }
    }

    @Test
    void anotherThreadThatBuildsIsWaitedFor() throws Exception {
        ExecutorService executor = Executors.newSingleThreadExecutor();
        CountDownLatch waiting = new CountDownLatch(1);
        Future<List<String>> second;
        try (ApplianceCache.Building building = cache.lock(() -> {})) {
            second = executor.submit(() -> entriesUnderLock(waiting));
            assertThat(waiting.await(30, TimeUnit.SECONDS)).isTrue();
            publish(building, "k", "d1");
        } finally {
            executor.shutdown();
        }
        assertThat(second.get(30, TimeUnit.SECONDS)).contains("appliance-d1");
    }

    private void publish(String key, String digest) throws IOException, InterruptedException {
        try (ApplianceCache.Building building = cache.lock(() -> {})) {
            publish(building, key, digest);
        }
    }

    private void publish(ApplianceCache.Building building, String key, String digest) throws IOException {
        Path built = building.newFolder();
        Files.writeString(built.resolve("kernel"), "kernel " + digest);
        Files.writeString(built.resolve("initramfs"), "initramfs " + digest);
        building.publish(built, new ApplianceManifest("6.1", digest, "daemon", List.of("ext4"), List.of("busybox")));
        InputList inputs = new InputList();
        inputs.add(input);
        cache.remember(key, digest, inputs);
    }

    private List<String> entriesUnderLock(CountDownLatch waiting) throws IOException, InterruptedException {
        ApplianceCache.Building building = cache.lock(waiting::countDown);
        try {
            return entries();
        } finally {
            building.close();
        }
    }

    private List<String> entries() throws IOException {
        try (var entries = Files.list(folder)) {
            return entries.map(entry -> String.valueOf(entry.getFileName())).toList();
        }
    }

    /** Starts a process that locks a file and keeps it locked; returns once it has. */
    private static Process holdLock(Path file, boolean shared) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        LockHolder.class.getName(),
                        file.toString(),
                        Boolean.toString(shared))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(process.getInputStream().read())
                .as("word that the lock is held")
                .isEqualTo('!');
        return process;
    }

    /** The other process. */
    static final class LockHolder {
        private LockHolder() {}

        public static void main(String[] arguments) throws Exception {
            Path file = Path.of(arguments[0]);
            boolean shared = Boolean.parseBoolean(arguments[1]);
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
            channel.lock(0, Long.MAX_VALUE, shared);
            System.out.print('!');
            System.out.flush();
            Thread.sleep(60_000);
            channel.close();
        }
    }
}
