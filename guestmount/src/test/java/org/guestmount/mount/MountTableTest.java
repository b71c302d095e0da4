package org.guestmount.mount;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MountTableTest {
    @Test
    void linesAreTakenApart() {
        String mountinfo = """
                22 27 0:20 / /sys rw,nosuid shared:7 - sysfs sysfs rw
                40 27 0:45 / /tmp/a\\040b\\134c ro,nosuid - fuse.guestmount /img\\0401 ro,user_id=0
                """;

        List<MountTable.Mount> mounts = MountTable.parse(mountinfo.getBytes(UTF_8));

        assertThat(mounts)
                .containsExactly(
                        new MountTable.Mount("/sys", "0:20", "sysfs", "sysfs"),
                        new MountTable.Mount("/tmp/a b\\c", "0:45", "fuse.guestmount", "/img 1"));
        assertThat(mounts).extracting(MountTable.Mount::isFuse).containsExactly(false, true);
    }
}
