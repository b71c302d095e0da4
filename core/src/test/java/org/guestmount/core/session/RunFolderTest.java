package org.guestmount.core.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
    @TempDir
    Path base;

    @Test
    void isPrivateAndGoneWhenClosed() throws IOException {
        Path path;
        try (RunFolder folder = RunFolder.in(base)) {
            path = folder.path();
            Files.createFile(path.resolve("overlay"));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rwx------");
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void removesWhatAKilledProcessLeft() throws IOException {
        Path left = leftBehind("guestmount-1-77");
        Files.createFile(left.resolve("lock"));
        Files.createFile(left.resolve("drive0.qcow2"));

        try (RunFolder folder = RunFolder.in(base)) {
            assertThat(left).doesNotExist();
            assertThat(folder.path()).exists();
        }
    }

    @Test
    void leavesAFolderWhoseOwnerLives() throws Exception {
        Path live = leftBehind("guestmount-1-78");
        Files.createFile(live.resolve("lock"));
        // flock(1) takes another kind of lock, so a process of Java's kind holds it.
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Process owner = new ProcessBuilder(
                        java.toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        LockHolder.class.getName(),
                        live.resolve("lock").toString())
                .start();
        try {
            assertThat(owner.getInputStream().read()).isEqualTo('L');

            RunFolder.in(base).close();
            assertThat(live).exists();
        } finally {
            owner.destroyForcibly().waitFor();
        }
        RunFolder.in(base).close();
        assertThat(live).doesNotExist();
    }

    @Test
    void leavesItsOwnFoldersAndOnesJustBeingMade() throws IOException {
        Path fresh = leftBehind("guestmount-1-79");
        Path old = leftBehind("guestmount-1-80");
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(1))));

        try (RunFolder first = RunFolder.in(base);
                RunFolder second = RunFolder.in(base)) {
            assertThat(first.path()).exists();
            assertThat(second.path()).exists().isNotEqualTo(first.path());
            assertThat(fresh).exists();
            assertThat(old).doesNotExist();
        }
    }

    @Test
    void doesNotFollowALinkThatPretendsToBeAFolder() throws IOException {
        Path precious = Files.createDirectory(base.resolve("precious"));
        Files.createFile(precious.resolve("lock"));
        Files.createSymbolicLink(base.resolve("guestmount-1-81"), precious);

        RunFolder.in(base).close();

        assertThat(precious.resolve("lock")).exists();
    }

    @Test
    void takesTheFirstBaseThatSuitsSockets() throws IOException {
        Path deep = Files.createDirectories(base.resolve("x".repeat(100)));

        try (RunFolder folder = RunFolder.forSockets(List.of(base.resolve("missing"), deep, base))) {
            assertThat(folder.path().getParent()).isEqualTo(base);
        }
        assertThatThrownBy(() -> RunFolder.forSockets(List.of(deep)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("short enough");
    }

    private Path leftBehind(String name) throws IOException {
        return Files.createDirectory(base.resolve(name));
    }

    /** Locks a file, says so, and lives until it is killed. */
    static final class LockHolder {
        private LockHolder() {}

        public static void main(String[] arguments) throws Exception {
            try (var channel = java.nio.channels.FileChannel.open(
                            Path.of(arguments[0]), java.nio.file.StandardOpenOption.WRITE);
                    var lock = channel.lock()) {
                System.out.print(lock.isValid() ? "L" : "");
                System.out.flush();
                Thread.sleep(Duration.ofMinutes(5).toMillis());
            }
        }
    }
}
