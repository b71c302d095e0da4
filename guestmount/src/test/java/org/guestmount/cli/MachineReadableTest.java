package org.guestmount.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineReadableTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private ExitCode run(String... arguments) {
        return GuestmountCommand.run(
                arguments,
                Map.of(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @Test
    void byItselfItTellsTheCapabilities() {
        assertThat(run("--machine-readable")).isEqualTo(ExitCode.SUCCESS);
        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .containsExactlyElementsOf(MachineReadable.CAPABILITIES);
    }

    @Test
    void outputGoesToTheOtherStream() {
        assertThat(run("--machine-readable=stream:stderr")).isEqualTo(ExitCode.SUCCESS);
        assertThat(out.size()).isZero();
        assertThat(err.toString(StandardCharsets.UTF_8)).startsWith("guestmount\n");
    }

    @Test
    void outputReplacesAFile(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("a:b"), "x".repeat(1000));

        assertThat(run("--machine-readable=file:" + file)).isEqualTo(ExitCode.SUCCESS);

        assertThat(file).content().startsWith("guestmount\n").doesNotContain("x".repeat(10));
    }

    @Test
    void aPlaceThatCannotBeWrittenToIsNamed(@TempDir Path folder) {
        assertThat(run("--machine-readable=file:" + folder)).isEqualTo(ExitCode.FAILURE);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo("guestmount: --machine-readable=file:" + folder + ": cannot be opened for writing\n");
        err.reset();

        assertThat(run("--machine-readable=fd:99999")).isEqualTo(ExitCode.FAILURE);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("fd:99999: cannot be opened for writing");
    }

    @Test
    void aStreamCannotBeMisspelt() {
        assertThatThrownBy(() -> MachineReadable.parse("stream:out")).hasMessageContaining("stream:out");
    }
}
