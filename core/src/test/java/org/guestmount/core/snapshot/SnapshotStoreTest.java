package org.guestmount.core.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SnapshotStoreTest {
    private static final int MEMORY_BYTES = 8 << 20;
    private static final String KEY = "key";

    /** Room for three, each of which has somewhat over 300,000 bytes that are not zeros. */
    private static final long MAX_BYTES = 1_100_000;

    @TempDir
    Path folder;

    private SnapshotStore store;
    private byte[] memory;

    @BeforeEach
    void save() throws Exception {
        store = new SnapshotStore(folder, MAX_BYTES);
        memory = new byte[MEMORY_BYTES];
        Random random = new Random(1);
        // Data at the beginning, in the middle, a lone byte, and at the end.
        for (int[] range : new int[][] {{0, 5000}, {3 << 20, 300_000}, {(5 << 20) + 7, 1}, {MEMORY_BYTES - 10, 10}}) {
            byte[] data = new byte[range[1]];
            random.nextBytes(data);
            data[0] |= 1;
            System.arraycopy(data, 0, memory, range[0], data.length);
        }
        save(KEY);
    }

    private void save(String key) throws Exception {
        try (SnapshotStore.Saving saving = store.lock(() -> {})) {
            Files.write(saving.memory(), memory);
            saving.publish(key, "qemu 1", ByteBuffer.wrap(new byte[] {1, 2, 3}));
        }
    }

    private Path home() {
        return folder.resolve("snapshot-" + KEY);
    }

    @Test
    void whatWasSavedIsFoundWholeAndSparse() throws Exception {
        Snapshot found = store.find(KEY).orElseThrow();

        found.checkMemory();
        assertThat(found.memory()).hasBinaryContent(memory);
        assertThat(found.state()).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        assertThat(found.qemuVersion()).isEqualTo("qemu 1");
        assertThat((Integer) Files.getAttribute(found.memory(), "unix:mode") & 0777)
                .isEqualTo(0600);
        assertThat(store.find("other")).isEmpty();
    }

    @Test
    void nothingElseIsLeftOfSaving() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(Path::getFileName).map(Path::toString))
                    .containsExactlyInAnyOrder("snapshot-" + KEY, "snapshots.lock");
        }
    }

    @Test
    void whatAnInterruptedProcessLeftIsRemoved() throws Exception {
        Path left = Files.createDirectory(folder.resolve("saving-left"));
        Files.write(left.resolve("live"), memory);

        store.lock(() -> {}).close();

        assertThat(left).doesNotExist();
    }

    @Test
    void aFlippedByteOfMemoryIsFoundOnceAndForAll() throws Exception {
        store.find(KEY).orElseThrow().checkMemory();
        flip(home().resolve("memory"), (3 << 20) + 1000);

        for (int i = 0; i < 2; i++) {
            assertThatExceptionOfType(SnapshotException.class)
                    .isThrownBy(() -> store.find(KEY).orElseThrow().checkMemory())
                    .withMessageContaining("is damaged");
        }
    }

    private interface Mishap {
        void befall(Path snapshot) throws IOException;
    }

    static List<Mishap> mishaps() {
        return List.of(
                snapshot -> flip(snapshot.resolve("state"), 1),
                snapshot -> truncate(snapshot.resolve("state"), 2),
                snapshot -> truncate(snapshot.resolve("memory"), MEMORY_BYTES / 2),
                snapshot -> truncate(snapshot.resolve("manifest"), 30),
                snapshot -> Files.writeString(snapshot.resolve("manifest"), "something else"),
                snapshot -> Files.delete(snapshot.resolve("memory")),
                snapshot -> Files.delete(snapshot.resolve("manifest")),
                snapshot -> allow(snapshot.resolve("memory"), "rw-rw----"),
                snapshot -> allow(snapshot.resolve("state"), "rw----rw-"),
                snapshot -> allow(snapshot, "rwxrwxrwx"),
                snapshot -> {
                    Path elsewhere = Files.move(snapshot, snapshot.resolveSibling("elsewhere"));
                    Files.createSymbolicLink(snapshot, elsewhere);
                });
    }

    @ParameterizedTest
    @MethodSource("mishaps")
    void whatCannotBeTrustedIsRemoved(Mishap mishap) throws Exception {
        mishap.befall(home());

        assertThat(store.find(KEY)).isEmpty();
        assertThat(home()).doesNotExist();

        save(KEY);
        assertThat(store.find(KEY)).isPresent();
    }

    @Test
    void theLeastRecentlyUsedGoFirst() throws Exception {
        for (String key : List.of("b", "c")) {
            save(key);
            TimeUnit.MILLISECONDS.sleep(20);
        }
        assertThat(store.find(KEY)).isPresent();

        save("d");

        assertThat(Stream.of(KEY, "b", "c", "d").filter(key -> store.find(key).isPresent()))
                .containsExactly(KEY, "c", "d");
    }

    @Test
    void theLastOneStaysHoweverSmallTheRoom() throws Exception {
        store = new SnapshotStore(folder, 1);

        save("b");

        assertThat(store.find("b")).isPresent();
        assertThat(store.find(KEY)).isEmpty();
    }

    @Test
    void whoeverComesSecondWaits() throws Exception {
        CompletableFuture<Void> waiting = new CompletableFuture<>();
        CompletableFuture<Optional<Snapshot>> second;
        try (SnapshotStore.Saving first = store.lock(() -> {})) {
            second = CompletableFuture.supplyAsync(() -> {
                try {
                    store.lock(() -> waiting.complete(null)).close();
                    return store.find("new");
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            waiting.get(10, TimeUnit.SECONDS);
            Files.write(first.memory(), memory);
            first.publish("new", "qemu 1", ByteBuffer.wrap(new byte[1]));
        }

        assertThat(second.get(10, TimeUnit.SECONDS)).isPresent();
    }

    private static void flip(Path file, long offset) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, offset);
            one.put(0, (byte) (one.get(0) ^ 0x10)).rewind();
            channel.write(one, offset);
        }
    }

    private static void truncate(Path file, long size) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(size);
        }
    }

    private static void allow(Path file, String permissions) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }
}
