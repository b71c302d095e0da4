package org.guestmount.mount;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.guestmount.mount.MountTable.Mount;
import org.junit.jupiter.api.Test;

class MountTableTest {
    private static final String MOUNTINFO = """
            22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
            40 22 0:45 / /mnt/my\\040disk rw shared:7 master:2 - fuse.guestmount /img/a\\134b.img ro,user_id=1000,group_id=1000
            41 22 0:46 / /mnt/d\u00c3\u00a9p\u00c3\u00b4t rw - fuse x rw,user_id=0
            42 41 0:47 / /mnt/d\u00c3\u00a9p\u00c3\u00b4t/in rw - tmpfs none rw
            43 22 0:48 / /mnt/d\u00c3\u00a9p\u00c3\u00b4t2 rw - tmpfs none rw
            44 22 0:49 / /mnt/my\\040disk rw - fuse.sshfs later rw
            """;

    private final MountTable table = MountTable.parse(MOUNTINFO);

    @Test
    void fieldsAreFoundPastTheOptionalOnesAndUnescaped() {
        assertThat(table.mounts().get(1))
                .isEqualTo(new Mount(
                        "0:45",
                        Path.of("/mnt/my disk"),
                        "fuse.guestmount",
                        "/img/a\\b.img",
                        "ro,user_id=1000,group_id=1000"));
        assertThat(table.mounts().get(1).userId()).contains(1000);
        assertThat(table.mounts().get(0).userId()).isEmpty();
    }

    @Test
    void theLastMountOnAPlaceIsTheOneSeen() {
        assertThat(table.at(Path.of("/mnt/my disk"))).map(Mount::source).contains("later");
        assertThat(table.at(Path.of("/mnt"))).isEmpty();
    }

    @Test
    void namesAreUtf8() {
        assertThat(table.at(Path.of("/mnt/dépôt"))).map(Mount::isFuse).contains(true);
    }

    @Test
    void mountsBelowAreThoseInsideNotThoseBeside() {
        assertThat(table.below(Path.of("/mnt/dépôt")))
                .extracting(Mount::path)
                .containsExactly(Path.of("/mnt/dépôt/in"));
    }

    @Test
    void thisMachinesTableHasARoot() throws IOException {
        assertThat(MountTable.read().at(Path.of("/"))).isPresent();
    }
}
