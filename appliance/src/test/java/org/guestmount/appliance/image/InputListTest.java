package org.guestmount.appliance.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InputListTest {
    private static final FileTime LONG_AGO = FileTime.fromMillis(1_000_000);

    @TempDir
    private Path folder;

    private final InputList inputs = new InputList();
    private Path file;
    private Path missing;

    @BeforeEach
    void noteInputs() throws IOException {
        file = Files.writeString(folder.resolve("a file"), "content");
        Files.setLastModifiedTime(file, LONG_AGO);
        missing = folder.resolve("missing");
        inputs.add(file);
        inputs.add(missing);
    }

    @Test
    void isUnchangedAtFirstAndAfterBeingWrittenDown() {
        assertThat(inputs.unchanged()).isTrue();
        assertThat(InputList.ofLines(inputs.toLines()).unchanged()).isTrue();
        assertThat(InputList.ofLines(inputs.toLines()).toLines()).isEqualTo(inputs.toLines());
    }

    @Test
    void noticesAnotherSize() throws IOException {
        Files.writeString(file, "longer content");
        Files.setLastModifiedTime(file, LONG_AGO);

        assertThat(inputs.unchanged()).isFalse();
    }

    @Test
    void noticesAnotherTime() throws IOException {
        Files.setLastModifiedTime(file, FileTime.fromMillis(2_000_000));

        assertThat(inputs.unchanged()).isFalse();
    }

    @Test
    void noticesThatAFileIsGone() throws IOException {
        Files.delete(file);

        assertThat(inputs.unchanged()).isFalse();
    }

    @Test
    void noticesThatSomethingLookedForIsThereNow() throws IOException {
        Files.createFile(missing);

        assertThat(inputs.unchanged()).isFalse();
    }

    @Test
    void aNewEntryOfAFolderIsAChangeButNotOfFiles() throws IOException {
        Path watched = Files.createDirectory(folder.resolve("watched"));
        Files.setLastModifiedTime(watched, LONG_AGO);
        inputs.add(watched);

        Files.createFile(watched.resolve("new"));

        assertThat(inputs.unchanged()).isFalse();
        assertThat(inputs.filesUnchanged()).isTrue();
    }
}
