package org.guestmount.core.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoldersTest {
    @TempDir
    private Path folder;

    @Test
    void entriesAreThoseWhoseNamesBeginSo() throws IOException {
        Path first = Files.createFile(folder.resolve("draft-1"));
        Path second = Files.createDirectory(folder.resolve("draft-2"));
        Files.createFile(second.resolve("draft-3"));
        Files.createFile(folder.resolve("other"));

        assertThat(Folders.entries(folder, "draft-")).containsExactlyInAnyOrder(first, second);
    }

    @Test
    void aTreeIsDeletedAndNothingThatItsLinksLeadTo() throws IOException {
        Path kept = Files.createDirectories(folder.resolve("kept/inside"));
        Path top = folder.resolve("top");
        Files.createDirectories(top.resolve("a/b"));
        Files.createFile(top.resolve("a/b/file"));
        Files.createSymbolicLink(top.resolve("a/link"), kept.getParent());

        Folders.deleteTree(top);

        assertThat(top).doesNotExist();
        assertThat(kept).exists();
    }

    @Test
    void aLinkIsDeletedAndNotWhatItLeadsTo() throws IOException {
        Path kept = Files.createDirectory(folder.resolve("kept"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), kept);

        Folders.deleteTree(link);

        assertThat(Files.isSymbolicLink(link)).isFalse();
        assertThat(kept).exists();
    }

    @Test
    void whatIsNotThereNeedNotBeDeleted() throws IOException {
        Folders.deleteTree(folder.resolve("nothing"));

        assertThat(folder).isEmptyDirectory();
    }
}
