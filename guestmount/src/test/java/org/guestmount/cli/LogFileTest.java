package org.guestmount.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFileTest {
    private static final String NAME = ProcessHandle.current().pid() + ".log";

    @TempDir
    private Path folder;

    @Test
    void goesToTheStateFolder() throws IOException {
        Path log = LogFile.create(Map.of("XDG_STATE_HOME", folder.toString(), "HOME", "/"), Path.of("/unused"));

        assertThat(log).isEqualTo(folder.resolve("guestmount").resolve(NAME)).isEmptyFile();
    }

    @Test
    void goesBelowTheHomeWithoutOne() throws IOException {
        Path log = LogFile.create(Map.of("XDG_STATE_HOME", "relative", "HOME", folder.toString()), Path.of("/unused"));

        assertThat(log).isEqualTo(folder.resolve(".local/state/guestmount").resolve(NAME));
    }

    @Test
    void goesElsewhereWhereTheHomeCannotHaveIt() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));

        Path log = LogFile.create(Map.of("HOME", file.toString()), folder.resolve("instead"));

        assertThat(log).isEqualTo(folder.resolve("instead").resolve(NAME));
    }

    @Test
    void aFormerProcesssIsEmptied() throws IOException {
        Files.createDirectories(folder.resolve("guestmount"));
        Files.writeString(folder.resolve("guestmount").resolve(NAME), "old");

        assertThat(LogFile.create(Map.of("XDG_STATE_HOME", folder.toString()), Path.of("/unused")))
                .isEmptyFile();
    }

    @Test
    void isRemovedOnlyIfItSaysNothing() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty"));
        Path full = Files.writeString(folder.resolve("full"), "x");

        LogFile.removeIfEmpty(empty);
        LogFile.removeIfEmpty(full);
        LogFile.removeIfEmpty(folder.resolve("missing"));

        assertThat(empty).doesNotExist();
        assertThat(full).exists();
    }
}
