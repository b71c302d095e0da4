package org.guestmount.appliance.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import org.guestmount.appliance.daemon.MountTable.Mounted;
import org.junit.jupiter.api.Test;

final class MountTableTest {
    @Test
    void findsWhatIsMountedInTheTreeInItsOrder() {
        String mountinfo = """
                1 1 0:2 / / rw - rootfs none rw
                20 1 8:1 / /sysroot rw,nosuid,relatime - ext4 /dev/sda1 rw
                21 20 8:2 / /sysroot/boot rw shared:3 master:1 - xfs /dev/sda2 rw
                22 1 0:9 / /sysrooted rw - tmpfs none rw
                23 20 0:30 /@home /sysroot/a\\040b\\134c rw - btrfs /dev/mapper/x\\040y rw,subvol=/@home
                """;

        assertThat(MountTable.parse(mountinfo, "/sysroot"))
                .containsExactly(
                        new Mounted("/sysroot", "/dev/sda1"),
                        new Mounted("/sysroot/boot", "/dev/sda2"),
                        new Mounted("/sysroot/a b\\c", "/dev/mapper/x y"));
    }

    @Test
    void nothingMountedIsNothing() {
        assertThat(MountTable.parse("1 1 0:2 / / rw - rootfs none rw\n", "/sysroot"))
                .isEmpty();
        assertThat(MountTable.parse("", "/sysroot")).isEmpty();
    }
}
