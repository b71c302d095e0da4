package org.guestmount.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountRecordsTest {
    private static final Path MOUNTPOINT = Path.of("/mnt/a b\n=é");
    private static final HostProcess SELF = HostProcess.current();
    private static final HostProcess GONE = new HostProcess(SELF.pid(), SELF.startTicks() - 1);

    @TempDir
    private Path parent;

    private int user;
    private Path folder;
    private MountRecords records;

    @BeforeEach
    void makeRecords() throws IOException {
        user = (Integer) Files.getAttribute(parent, "unix:uid");
        folder = parent.resolve("guestmount");
        records = new MountRecords(user, List.of(parent.resolve("missing/guestmount"), folder));
    }

    @Test
    void whatIsWrittenIsFound() throws IOException {
        MountRecord record = TestRecords.record(SELF, MOUNTPOINT, Path.of("/log"));

        records.write(record);

        assertThat(records.find(MOUNTPOINT)).contains(record);
        assertThat(records.contains(record)).isTrue();
        assertThat(records.find(Path.of("/mnt"))).isEmpty();
    }

    @Test
    void theFolderIsForTheUserOnly() throws IOException {
        records.write(TestRecords.record(SELF, MOUNTPOINT, null));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwx------");
    }

    @Test
    void removedRecordsAreGone() throws IOException {
        MountRecord record = TestRecords.record(SELF, MOUNTPOINT, null);
        records.write(record);

        records.remove(record);

        assertThat(records.find(MOUNTPOINT)).isEmpty();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aProcessOfTheSameNumberStartedAtAnotherTimeIsStale() throws IOException {
        records.write(TestRecords.record(GONE, MOUNTPOINT, null));

        records.removeStale();

        assertThat(records.find(MOUNTPOINT)).isEmpty();
    }

    @Test
    void recordsOfRunningProcessesAreNotStale() throws IOException {
        records.write(TestRecords.record(SELF, MOUNTPOINT, null));

        records.removeStale();

        assertThat(records.find(MOUNTPOINT)).isPresent();
    }

    @Test
    void filesThatAreNoRecordsAreIgnored() throws IOException {
        records.write(TestRecords.record(SELF, MOUNTPOINT, null));
        Files.writeString(folder.resolve("7.mount"), "pid=x\n");
        Files.writeString(folder.resolve("8.mount"), "\\u00zz");
        Files.writeString(folder.resolve("9.mount"), "pid=1\nstart=2\nmountpoint=/mnt\nsince=yesterday\n");

        assertThat(records.find(MOUNTPOINT)).isPresent();
        assertThat(records.all()).hasSize(1);
    }

    @Test
    void aFolderOfAnotherUserIsNotTrusted() throws IOException {
        records.write(TestRecords.record(SELF, MOUNTPOINT, null));
        MountRecords another = new MountRecords(user + 1, List.of(folder));

        assertThat(another.find(MOUNTPOINT)).isEmpty();
        assertThatThrownBy(another::folder).isInstanceOf(IOException.class).hasMessageContaining("another user");
    }
}
