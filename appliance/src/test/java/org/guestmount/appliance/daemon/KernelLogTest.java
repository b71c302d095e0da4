package org.guestmount.appliance.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class KernelLogTest {
    @Test
    void theMessageStandsBetweenTheHeaderAndTheFields() {
        assertThat(KernelLog.messageOf("3,812,5140900,-;EXT4-fs (sda1): bad; geometry\n SUBSYSTEM=block\n"))
                .isEqualTo("EXT4-fs (sda1): bad; geometry");
        assertThat(KernelLog.messageOf("6,339,5140900,-,caller=T1;short")).isEqualTo("short");
    }
}
