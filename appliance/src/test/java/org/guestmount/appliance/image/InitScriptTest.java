package org.guestmount.appliance.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class InitScriptTest {
    private final List<String> lines = InitScript.of(
                    List.of("/lib/a.ko", "/lib/b.ko"),
                    List.of("dm_mod mapper/control c10:236"),
                    "/usr/lib/daemon",
                    List.of("/bin/java", "-cp", "daemon.jar", "Main"))
            .lines()
            .toList();

    @Test
    void runsOnBusybox() {
        assertThat(lines).first().isEqualTo("#!/bin/busybox sh");
    }

    @Test
    void loadsModulesInOrderAndThenRunsTheDaemonInItsFolder() {
        assertThat(lines)
                .containsSubsequence(
                        "mount -t proc proc /proc",
                        "insmod /lib/a.ko 2>/dev/null",
                        "insmod /lib/b.ko 2>/dev/null",
                        "cd /usr/lib/daemon",
                        "/bin/java -cp daemon.jar Main");
    }

    @Test
    void makesDeviceNodesOnceTheirFoldersAreThere() {
        assertThat(lines)
                .containsSubsequence(
                        "mount -t devtmpfs dev /dev", "mkdir /dev/mapper", "mknod /dev/mapper/control c 10 236");
    }

    @Test
    void turnsThePowerOffWhenTheDaemonEnds() {
        assertThat(lines).last().isEqualTo("poweroff -f");
    }
}
