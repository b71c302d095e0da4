package org.guestmount.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.guestmount.core.json.JsonException;
import org.guestmount.core.json.JsonObject;
import org.guestmount.mount.MountTable;
import org.guestmount.mount.MountTable.Mount;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountStatusTest {
    private static final HostProcess SELF = HostProcess.current();
    private static final HostProcess GONE = new HostProcess(Long.MAX_VALUE, 1);
    private static final MountTable MOUNTS = new MountTable(List.of(
            new Mount("0:1", Path.of("/mnt/a"), "fuse.guestmount", "/a.img", "rw"),
            new Mount("0:2", Path.of("/mnt/tmp"), "tmpfs", "tmpfs", "rw")));

    @TempDir
    private Path folder;

    private MountRecords records;

    @BeforeEach
    void makeRecords() throws IOException {
        records = new MountRecords((Integer) Files.getAttribute(folder, "unix:uid"), List.of(folder.resolve("r")));
    }

    private static MountRecord record(HostProcess process, String mountpoint, String since) {
        return new MountRecord(
                process, Path.of(mountpoint), List.of("/a.img", "/b\u00e9.img"), true, Instant.parse(since), null);
    }

    @Test
    void aMountIsMountedBeingEndedOrStale() throws IOException {
        records.write(record(GONE, "/mnt/b", "2026-02-03T04:05:07Z"));
        records.write(record(SELF, "/mnt/a", "2026-02-03T04:05:06Z"));
        MountStatus status = MountStatus.of(records, MOUNTS);

        assertThat(status.entries())
                .extracting(MountStatus.Entry::state)
                .containsExactly(MountStatus.State.MOUNTED, MountStatus.State.STALE);
        assertThat(status.text().lines())
                .hasSize(3)
                .anySatisfy(line -> assertThat(line)
                        .matches("/mnt/a +mounted +ro +" + SELF.pid() + " +2026-02-0\\d \\S+ +/a.img /b\u00e9.img"))
                .anySatisfy(line -> assertThat(line).startsWith("/mnt/b").contains("stale"));

        records.write(record(SELF, "/mnt/tmp", "2026-02-03T04:05:06Z"));
        assertThat(MountStatus.of(records, MOUNTS).entries())
                .extracting(MountStatus.Entry::state)
                .contains(MountStatus.State.BUSY);
    }

    @Test
    void programsGetTheSameAsJson() throws IOException, JsonException {
        records.write(record(SELF, "/mnt/a", "2026-02-03T04:05:06.789Z"));

        String json = MountStatus.of(records, MOUNTS).json().toString();

        assertThat(JsonObject.parse(json).integer("schema")).isEqualTo(1);
        assertThat(json)
                .isEqualTo("{\"schema\":1,\"mounts\":[{\"mountpoint\":\"/mnt/a\",\"state\":\"mounted\","
                        + "\"images\":[\"/a.img\",\"/b\u00e9.img\"],\"read_only\":true,\"process\":" + SELF.pid()
                        + ",\"since\":\"2026-02-03T04:05:06Z\",\"log\":null}]}");
    }

    @Test
    void noMountsAreSaidToBeNone() {
        MountStatus status = MountStatus.of(records, MOUNTS);

        assertThat(status.text()).isEqualTo("No guest is mounted.\n");
        assertThat(status.json()).hasToString("{\"schema\":1,\"mounts\":[]}");
    }
}
