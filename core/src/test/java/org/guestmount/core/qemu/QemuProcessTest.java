package org.guestmount.core.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With shell scripts in QEMU's place. */
@Timeout(120)
class QemuProcessTest {
    private static final Duration GRACE = Duration.ofSeconds(3);

    @TempDir
    Path folder;

    @Test
    void keepsWhatTheGuestAndQemuPrintApart() throws Exception {
        try (QemuProcess process = start("echo console; echo message >&2; exit 3")) {
            assertThat(process.exited().get(30, TimeUnit.SECONDS)).isEqualTo(3);
            assertThat(process.console().tail(10)).containsExactly("console");
            assertThat(process.messages().tail(10)).containsExactly("message");
        }
    }

    @Test
    void tellsASignalFromAStatus() throws Exception {
        try (QemuProcess process = start("kill -ABRT $$")) {
            assertThat(process.exited().get(30, TimeUnit.SECONDS)).isEqualTo(134);
        }
    }

    @Test
    void passesArgumentsOnAsTheyAre() throws Exception {
        List<String> arguments = List.of("sh", "-c", "printf '%s\\n' \"$@\"", "sh", "a b", "$(id)", "'\"", "", "*");

        try (QemuProcess process = QemuProcess.start(arguments, folder, GRACE, line -> {})) {
            process.exited().get(30, TimeUnit.SECONDS);
            assertThat(process.console().tail(10)).containsExactly("a b", "$(id)", "'\"", "*");
        }
    }

    @Test
    void runsInItsFolderInASessionOfItsOwnWithoutInput() throws Exception {
        try (QemuProcess process = start("pwd; cut -d' ' -f6 /proc/$$/stat; echo $$; cat; readlink /proc/$$/fd/3")) {
            assertThat(process.exited().get(30, TimeUnit.SECONDS)).isNotZero();
            List<String> console = process.console().tail(10);
            assertThat(console).hasSize(3);
            assertThat(console.get(0)).isEqualTo(folder.toRealPath().toString());
            assertThat(console.get(1)).isEqualTo(console.get(2)).isEqualTo(Long.toString(process.pid()));
        }
    }

    @Test
    void killsAndReapsAProcessThatDoesNotListen() throws Exception {
        QemuProcess process = start("trap '' TERM INT HUP; echo up; while :; do sleep 1; done");
        awaitConsole(process, "up");
        assertThat(process.awaitExit(Duration.ofMillis(1))).isFalse();

        process.close();

        assertThat(process.exited().get(30, TimeUnit.SECONDS)).isEqualTo(137);
        assertThat(ProcessHandle.of(process.pid())).isEmpty();
        process.close();
    }

    @Test
    void leavesNothingBehind() throws Exception {
        Path pids = folder.resolve("pids");
        // The process that looks after this one is its only child.
        try (QemuProcess process = start("read c </proc/$$/task/$$/children; echo $c >" + pids)) {
            process.exited().get(30, TimeUnit.SECONDS);
        }

        List<Long> helpers = List.of(Files.readString(pids).strip().split(" ")).stream()
                .map(Long::valueOf)
                .toList();
        assertThat(helpers).isNotEmpty();
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> helpers.stream()
                        .noneMatch(p ->
                                ProcessHandle.of(p).map(ProcessHandle::isAlive).orElse(false)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void endsWithTheProcessThatStartedItAfterAGraceIfTheGuestMayHoldData(boolean holdsData) throws Exception {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Path pid = folder.resolve("pid");
        Process owner = new ProcessBuilder(
                        java.toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Owner.class.getName(),
                        pid.toString(),
                        Boolean.toString(holdsData))
                .inheritIO()
                .start();
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> Files.exists(pid));
        ProcessHandle qemu =
                ProcessHandle.of(Long.parseLong(Files.readString(pid))).orElseThrow();

        Instant killed = Instant.now();
        owner.destroyForcibly().waitFor();

        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !qemu.isAlive());
        if (holdsData) {
            assertThat(Duration.between(killed, Instant.now())).isGreaterThanOrEqualTo(GRACE.minusSeconds(1));
        }
    }

    /** Starts a program that does not end, says its process id, and lives until it is killed. */
    static final class Owner {
        private Owner() {}

        public static void main(String[] arguments) throws Exception {
            Path pid = Path.of(arguments[0]);
            List<String> program = List.of("sh", "-c", "trap '' TERM INT HUP; while :; do sleep 1; done");
            try (QemuProcess process = QemuProcess.start(program, Path.of("/"), GRACE, line -> {})) {
                if (Boolean.parseBoolean(arguments[1])) {
                    process.guestMayHoldData();
                }
                Path written = Files.writeString(pid.resolveSibling("written"), Long.toString(process.pid()));
                Files.move(written, pid);
                Thread.sleep(Duration.ofMinutes(5).toMillis());
            }
        }
    }

    private QemuProcess start(String script) throws IOException {
        return QemuProcess.start(List.of("sh", "-c", script), folder, GRACE, line -> {});
    }

    private static void awaitConsole(QemuProcess process, String line) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> process.console().tail(10).contains(line));
    }
}
