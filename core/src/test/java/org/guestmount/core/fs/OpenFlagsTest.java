package org.guestmount.core.fs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class OpenFlagsTest {
    @Test
    void accessModesAreTold() {
        assertThat(OpenFlags.READ_ONLY.isReadable()).isTrue();
        assertThat(OpenFlags.READ_ONLY.isWritable()).isFalse();
        assertThat(new OpenFlags(OpenFlags.WRONLY).isReadable()).isFalse();
        assertThat(new OpenFlags(OpenFlags.WRONLY).isWritable()).isTrue();
        assertThat(OpenFlags.READ_WRITE.isReadable()).isTrue();
        assertThat(OpenFlags.READ_WRITE.isWritable()).isTrue();
    }

    @Test
    void truncatingModifiesWithoutWriting() {
        assertThat(new OpenFlags(OpenFlags.TRUNC).mayModify()).isTrue();
        assertThat(new OpenFlags(OpenFlags.TRUNC).isWritable()).isFalse();
        assertThat(OpenFlags.READ_ONLY.mayModify()).isFalse();
        assertThat(OpenFlags.READ_WRITE.mayModify()).isTrue();
    }

    @Test
    void whatIsTheCallersOwnAffairIsDropped() {
        int creat = 0100;
        int nonblock = 04000;
        int direct = 040000;
        int nofollow = 0400000;
        int cloexec = 02000000;

        OpenFlags flags = new OpenFlags(OpenFlags.RDWR | creat | nonblock | direct | nofollow | cloexec);

        assertThat(flags).isEqualTo(OpenFlags.READ_WRITE);
    }

    @Test
    void syncIncludesDsyncAndNotTheOtherWayRound() {
        assertThat(new OpenFlags(OpenFlags.SYNC).has(OpenFlags.DSYNC)).isTrue();
        assertThat(new OpenFlags(OpenFlags.DSYNC).has(OpenFlags.SYNC)).isFalse();
    }
}
