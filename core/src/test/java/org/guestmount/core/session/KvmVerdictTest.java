package org.guestmount.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.guestmount.core.appliance.Appliance;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KvmVerdictTest {
    @TempDir
    Path folder;

    private Path qemu;
    private Path cache;

    @BeforeEach
    void setUp() throws IOException {
        qemu = Files.writeString(folder.resolve("qemu"), "one");
        cache = folder.resolve("a/cache");
    }

    @Test
    void isUnknownUntilItIsRecorded() throws IOException {
        assertThat(verdict("d1").recorded()).isEmpty();

        verdict("d1").record(false);
        assertThat(verdict("d1").recorded()).contains(false);

        verdict("d1").record(true);
        assertThat(verdict("d1").recorded()).contains(true);
    }

    @Test
    void isUnknownForAnotherApplianceOrQemu() throws IOException {
        verdict("d1").record(true);

        assertThat(verdict("d2").recorded()).isEmpty();
        Files.setLastModifiedTime(qemu, FileTime.fromMillis(1000));
        assertThat(verdict("d1").recorded()).isEmpty();
    }

    @Test
    void isUnknownIfTheFileIsDamaged() throws IOException {
        verdict("d1").record(true);
        Files.writeString(cache.resolve("kvm"), "\u0000\n");

        assertThat(verdict("d1").recorded()).isEmpty();
    }

    @Test
    void doesWithoutAFolderItMayNotWriteTo() throws IOException {
        KvmVerdict verdict = KvmVerdict.of(Path.of("/proc/nowhere"), qemu, appliance("d1"));

        verdict.record(true);

        assertThat(verdict.recorded()).isEmpty();
    }

    @Test
    void isOneOrTheOtherHoweverManyRecordAtOnce() throws IOException {
        List<Optional<Boolean>> seen = IntStream.range(0, 200)
                .parallel()
                .mapToObj(i -> {
                    try {
                        verdict("d1").record(i % 2 == 0);
                        return verdict("d1").recorded();
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();

        assertThat(seen).allMatch(Optional::isPresent);
        try (Stream<Path> files = Files.list(cache)) {
            assertThat(files).hasSize(1);
        }
    }

    private KvmVerdict verdict(String digest) throws IOException {
        return KvmVerdict.of(cache, qemu, appliance(digest));
    }

    private static Appliance appliance(String digest) {
        return new Appliance(Path.of("k"), Path.of("i"), "6.1", digest);
    }
}
