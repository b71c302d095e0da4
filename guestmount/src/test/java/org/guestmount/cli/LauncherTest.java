package org.guestmount.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The shell scripts in bin, with a shell script in place of Java. */
@Timeout(30)
class LauncherTest {
    private static final Path BIN = Path.of("..", "bin").toAbsolutePath().normalize();

    @TempDir
    private Path folder;

    private Path bin;
    private Path temporary;

    /** @param output both streams */
    private record Result(int status, String output) {}

    @BeforeEach
    void makeCheckout() throws IOException {
        folder = folder.toRealPath();
        temporary = Files.createDirectory(folder.resolve("tmp"));
        bin = Files.createDirectory(folder.resolve("bin"));
        for (String script : List.of("guestmount", "guestunmount", "launcher.sh")) {
            Files.copy(BIN.resolve(script), bin.resolve(script), StandardCopyOption.COPY_ATTRIBUTES);
        }
        Files.createDirectories(folder.resolve("guestmount/target/runtime/bin"));
        Files.createFile(folder.resolve("guestmount/target/guestmount-1.jar"));
        java("exit 0");
    }

    private void java(String script) throws IOException {
        Path java = folder.resolve("guestmount/target/runtime/bin/java");
        Files.writeString(java, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Process start(String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.directory(temporary.toFile());
        builder.environment().putAll(Map.of("TMPDIR", temporary.toString()));
        return builder.start();
    }

    /** Reads to the end of the output, as a shell's command substitution does. */
    private Result run(String program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(bin.resolve(program).toString()));
        command.addAll(List.of(arguments));
        Process process = start(command.toArray(String[]::new));
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output);
    }

    /** A Java that detaches from its output once the mount is ready, and goes on. */
    private void javaThatMounts() throws IOException {
        java("echo $$ >'" + folder + "/pid'; echo guestmount is ready; exec sleep 20 >/dev/null 2>&1");
    }

    private ProcessHandle server() throws IOException {
        String pid = Files.readString(folder.resolve("pid")).strip();
        return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    }

    @Test
    void passwordsAreInTheEnvironmentRatherThanTheArguments() throws Exception {
        java("for a; do :; done; tr '\\0' '\\n' </proc/$$/cmdline; tr '\\0' '\\n' </proc/$PPID/cmdline; env");

        Result result = run(
                "guestmount",
                "-a",
                "http://me:se:cr*t%40@host:1/a:b@c",
                "-rahttps://you:other@host/x",
                "--add=ftp://her@host/x",
                "http://host:80/x@y",
                "http://me:{NAME}@host/x",
                "nbd://host:1/");

        assertThat(result.output().lines())
                .contains(
                        "http://me:{GUESTMOUNT_PASSWORD_1}@host:1/a:b@c",
                        "-rahttps://you:{GUESTMOUNT_PASSWORD_2}@host/x",
                        "--add=ftp://her@host/x",
                        "http://host:80/x@y",
                        "http://me:{NAME}@host/x",
                        "nbd://host:1/",
                        "GUESTMOUNT_PASSWORD_1=se:cr*t%40",
                        "GUESTMOUNT_PASSWORD_2=other");
        assertThat(result.output().replaceAll("GUESTMOUNT_PASSWORD_\\d=.*", "")).doesNotContain("se:cr", "other");
    }

    @Test
    void returnsWhenTheMountIsReadyAndLetsGoOfTheOutput() throws Exception {
        javaThatMounts();

        Result result = run("guestmount", "-a", "x", "mnt");

        assertThat(result).isEqualTo(new Result(0, ""));
        assertThat(server().isAlive()).isTrue();
        assertThat(temporary).isEmptyDirectory();
        server().destroyForcibly();
    }

    @Test
    void theServerHasASessionOfItsOwn() throws Exception {
        java("cut -d' ' -f1,6 /proc/$$/stat >'" + folder + "/session'; echo guestmount is ready");

        run("guestmount");

        String[] pidAndSession =
                Files.readString(folder.resolve("session")).strip().split(" ", -1);
        assertThat(pidAndSession[1]).isEqualTo(pidAndSession[0]);
    }

    @Test
    void returnsTheStatusAndTheMessagesOfAFailure() throws Exception {
        java("echo 'guestmount: no such image' >&2; exit 1");

        assertThat(run("guestmount")).isEqualTo(new Result(1, "guestmount: no such image\n"));
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void anEndWithoutAWordIsAFailureToo() throws Exception {
        java("kill -9 $$");

        assertThat(run("guestmount").status()).isEqualTo(128 + 9);
    }

    @Test
    void whatIsPrintedIsPassedOn() throws Exception {
        java("printf '%s\\n' '  Usage: \\\\ x' two");

        assertThat(run("guestmount", "--help")).isEqualTo(new Result(0, "  Usage: \\\\ x\ntwo\n"));
    }

    @Test
    void argumentsArriveAsTheyWereAndPathsAreRelativeToTheCaller() throws Exception {
        java("for a; do case $a in -Duser.dir*) echo \"$a\";; -[XD]*) ;; *) echo \"[$a]\";; esac; done; pwd");

        Result result = run("guestmount", "-a", "a  b", "", "*", "--", "-x");

        assertThat(result.output())
                .startsWith("-Duser.dir=" + temporary + "\n[-cp]\n")
                .endsWith("[org.guestmount.cli.GuestmountCommand]\n[-a]\n[a  b]\n[]\n[*]\n[--]\n[-x]\n/\n");
    }

    @Test
    void anInterruptedLaunchEndsTheServerAndThenByTheSignal() throws Exception {
        java("trap 'echo stopped >&2; exit 1' TERM; echo $$ >'" + folder + "/pid'; while :; do sleep 0.05; done");
        // What a shell starts in the background has the signal ignored, and no shell can trap it then.
        Process launcher =
                start("env", "--default-signal=INT", bin.resolve("guestmount").toString());
        awaitFile(folder.resolve("pid"));

        new ProcessBuilder("kill", "-INT", Long.toString(launcher.pid()))
                .start()
                .waitFor();

        String output = new String(launcher.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(launcher.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(launcher.exitValue()).isEqualTo(128 + 2);
        assertThat(output).isEqualTo("stopped\n");
        assertThat(temporary).isEmptyDirectory();
    }

    private static void awaitFile(Path file) throws Exception {
        while (!Files.exists(file) || Files.size(file) == 0) {
            Thread.sleep(10);
        }
    }

    @Test
    void theForegroundIsTheProcessItself() throws Exception {
        java("echo $$; case \"$*\" in *guestmount.detach*) echo detached;; esac; exit 1");
        for (List<String> arguments : List.of(
                List.of("--no-fork"),
                List.of("--no-f", "mnt"),
                List.of("-x"),
                List.of("-rvx", "mnt"),
                List.of("-a", "--", "-m", "/dev/sda1", "mnt", "--trace"))) {
            List<String> command =
                    new ArrayList<>(List.of(bin.resolve("guestmount").toString()));
            command.addAll(arguments);

            Process process = start(command.toArray(String[]::new));

            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(output).as("%s", arguments).isEqualTo(process.pid() + "\n");
            assertThat(process.waitFor()).isEqualTo(1);
        }
    }

    @Test
    void valuesOfOptionsAreNotTakenForOptions() throws Exception {
        java("case \"$*\" in *guestmount.detach*) echo detached;; esac");
        for (List<String> arguments : List.of(
                List.of("-a", "-x", "mnt"),
                List.of("-ra", "--no-fork"),
                List.of("--add", "-x"),
                List.of("-oxattr", "-a-x"),
                List.of("--pid-file", "-x"),
                List.of("--no-sync", "--", "-x"))) {
            assertThat(run("guestmount", arguments.toArray(String[]::new)).output())
                    .as("%s", arguments)
                    .isEqualTo("detached\n");
        }
    }

    @Test
    void worksThroughSymbolicLinks() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("gu"), bin.resolve("guestunmount"));
        java("for a; do :; done; echo \"$a\"");

        Process process = start(link.toString(), "last");

        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("last\n");
    }

    @Test
    void anUnbuiltCheckoutSaysHowToBuild() throws Exception {
        Files.delete(folder.resolve("guestmount/target/guestmount-1.jar"));

        assertThat(run("guestunmount"))
                .isEqualTo(new Result(1, "guestunmount: not built yet; run " + bin + "/quickstart\n"));
    }
}
