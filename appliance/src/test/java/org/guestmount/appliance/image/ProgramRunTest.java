package org.guestmount.appliance.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ProgramRunTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    @AfterEach
    void nothingIsLeft() {
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void tellsTheStatusAndAllThatWasPrinted() throws Exception {
        assertThat(shell("echo out; echo err >&2; exit 3", LONG)).isEqualTo(new ProgramRun(true, 3, "out\nerr\n"));
        assertThat(shell("exit 3", LONG).succeeded()).isFalse();
        assertThat(shell("exit 0", LONG).succeeded()).isTrue();
    }

    @Test
    void theProgramRunsInTheFolderAndTheSameLocaleEverywhere() throws Exception {
        assertThat(shell("pwd; echo $LC_ALL", LONG).output()).isEqualTo(folder.toRealPath() + "\nC.UTF-8\n");
    }

    @Test
    void thereIsNothingForItToRead() throws Exception {
        assertThat(shell("cat", LONG)).isEqualTo(new ProgramRun(true, 0, ""));
    }

    @Test
    void isKilledWhenItsTimeIsOver() throws Exception {
        ProgramRun run = shell("echo begun; exec sleep 60", Duration.ofMillis(500));

        assertThat(run.ended()).isFalse();
        assertThat(run.succeeded()).isFalse();
        assertThat(run.output()).isEqualTo("begun\n");
    }

    @Test
    void isKilledWhenItsThreadIsInterrupted() {
        List<ProcessHandle> before = ProcessHandle.current().children().toList();
        Thread.currentThread().interrupt();

        assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> shell("exec sleep 60", LONG));
        assertThat(ProcessHandle.current().children()).isSubsetOf(before);
    }

    @Test
    void whatCannotBeStartedIsReported() {
        Path missing = folder.resolve("missing");

        assertThatIOException()
                .isThrownBy(() -> ProgramRun.of(List.of(missing.toString()), folder, LONG))
                .withMessageContaining(missing.toString());
    }

    private ProgramRun shell(String script, Duration timeout) throws IOException, InterruptedException {
        return ProgramRun.of(List.of("sh", "-c", script), folder, timeout);
    }
}
