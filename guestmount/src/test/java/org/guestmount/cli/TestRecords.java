package org.guestmount.cli;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Records of which a test cares about a few things only. */
final class TestRecords {
    private TestRecords() {}

    static MountRecord record(HostProcess process, Path mountpoint, @Nullable Path log) {
        return new MountRecord(process, mountpoint, List.of("/a b.img", "/c.img"), true, Instant.EPOCH, log);
    }
}
