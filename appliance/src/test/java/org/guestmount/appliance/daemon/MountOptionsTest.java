package org.guestmount.appliance.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class MountOptionsTest {
    private static final int ALWAYS = Abi.MS_NODEV | Abi.MS_NOSUID | Abi.MS_NOEXEC;

    @Test
    void noOptionsStillKeepTheGuestsProgramsAndDevicesFromUse() {
        assertThat(MountOptions.parse("")).isEqualTo(new MountOptions(ALWAYS, ""));
        assertThat(MountOptions.parse("dev,suid,exec,defaults")).isEqualTo(new MountOptions(ALWAYS, ""));
    }

    @Test
    void generalWordsBecomeFlags() {
        assertThat(MountOptions.parse("ro,noatime,nodiratime,sync,dirsync,lazytime,silent"))
                .isEqualTo(new MountOptions(
                        ALWAYS
                                | Abi.MS_RDONLY
                                | Abi.MS_NOATIME
                                | Abi.MS_NODIRATIME
                                | Abi.MS_SYNCHRONOUS
                                | Abi.MS_DIRSYNC
                                | Abi.MS_LAZYTIME
                                | Abi.MS_SILENT,
                        ""));
        assertThat(MountOptions.parse("relatime,strictatime,mand,remount").flags() & ~ALWAYS)
                .isEqualTo(Abi.MS_RELATIME | Abi.MS_STRICTATIME | Abi.MS_MANDLOCK | Abi.MS_REMOUNT);
    }

    @Test
    void theLastOfTwoOppositesCounts() {
        assertThat(MountOptions.parse("ro,rw").flags()).isEqualTo(ALWAYS);
        assertThat(MountOptions.parse("rw,ro").flags()).isEqualTo(ALWAYS | Abi.MS_RDONLY);
        assertThat(MountOptions.parse("noatime,atime,sync,async").flags()).isEqualTo(ALWAYS);
    }

    @Test
    void whatIsLeftIsForTheFilesystem() {
        assertThat(MountOptions.parse("subvol=@home,ro,compress=zstd:3,"))
                .isEqualTo(new MountOptions(ALWAYS | Abi.MS_RDONLY, "subvol=@home,compress=zstd:3"));
    }

    @Test
    void wordsOfFstabAreDropped() {
        assertThat(MountOptions.parse("noauto,nofail,_netdev,x-systemd.automount,comment=ours,users,discard"))
                .isEqualTo(new MountOptions(ALWAYS, "discard"));
    }

    @Test
    void aQuotedValueMayHaveCommas() {
        assertThat(MountOptions.parse("context=\"system_u:object_r:t:s0:c1,c2\",ro"))
                .isEqualTo(new MountOptions(ALWAYS | Abi.MS_RDONLY, "context=\"system_u:object_r:t:s0:c1,c2\""));
    }
}
