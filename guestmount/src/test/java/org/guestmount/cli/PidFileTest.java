package org.guestmount.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PidFileTest {
    @TempDir
    private Path folder;

    private Path file;
    private PidFile pidFile;

    @BeforeEach
    void name() {
        file = folder.resolve("run.pid");
        pidFile = new PidFile(file);
    }

    @Test
    void holdsTheProcessUntilRemoved() throws Exception {
        pidFile.check();
        pidFile.write();
        assertThat(file).hasContent(ProcessHandle.current().pid() + "\n");

        pidFile.remove();
        assertThat(file).doesNotExist();
    }

    @Test
    void replacesAnOlderOne() throws Exception {
        Files.writeString(file, "1\n2\n");

        pidFile.check();
        pidFile.write();

        assertThat(file).hasContent(ProcessHandle.current().pid() + "\n");
    }

    @Test
    void anotherProcesssIsNotRemoved() throws Exception {
        pidFile.write();
        Files.writeString(file, "1\n");

        pidFile.remove();

        assertThat(file).hasContent("1\n");
    }

    @Test
    void removingWhatWasNeverWrittenDoesNothing() throws Exception {
        pidFile.remove();

        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aMissingFolderIsNoticedBeforehand() {
        PidFile lost = new PidFile(folder.resolve("no/run.pid"));

        assertThatThrownBy(lost::check)
                .isInstanceOf(UserException.class)
                .hasMessage("--pid-file " + folder + "/no/run.pid: there is no directory " + folder + "/no");
    }

    @Test
    void aDirectoryIsNoticedBeforehand() {
        assertThatThrownBy(() -> new PidFile(folder).check())
                .isInstanceOf(UserException.class)
                .hasMessageEndingWith("is a directory; name a file");
    }
}
