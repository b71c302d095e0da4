package org.guestmount.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.guestmount.fuse.kernel.SessionConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FuseOptionsTest {
    private static SessionConfig session(boolean readOnly, String... options) throws MountException {
        MountConfig config = new MountConfig(
                Path.of("/mnt"), readOnly, "guest.img", List.of(options), FuseBackend.KERNEL, Duration.ofSeconds(60));
        return SessionPlan.session(config, SessionPlan.options(config), Path.of("/mnt"), 1000);
    }

    @Test
    void commasAndRepetitionBothSeparate() throws MountException {
        assertThat(FuseOptions.parse(List.of("allow_other,noexec", "noatime", ""))
                        .forMount())
                .containsExactly("allow_other", "noexec", "noatime");
    }

    @Test
    void backslashKeepsACommaInAValue() throws MountException {
        assertThat(FuseOptions.parse(List.of("fsname=a\\,b\\\\c,noexec")).forMount())
                .containsExactly("fsname=a\\,b\\\\c", "noexec");
    }

    @Test
    void lastOfSeveralCounts() throws MountException {
        assertThat(session(false, "uid=1,uid=2", "uid=3").view().uid()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "allow_othr             | unknown mount option -o allow_othr",
                "direct_io              | unknown mount option -o direct_io",
                "user_id=0              | unknown mount option -o user_id=0",
                "libfuse                | unknown mount option -o libfuse",
                "uid                    | a number was expected",
                "uid=me                 | a number was expected",
                "umask=9                | an octal number",
                "attr_timeout=soon      | a number of seconds",
                "allow_other=yes        | takes no value",
                "fsname                 | needs a value",
                "allow_other,allow_root | exclude each other",
            })
    void mistakesAreNamed(String option, String message) {
        assertThatExceptionOfType(MountException.class)
                .isThrownBy(() -> session(false, option))
                .withMessageContaining(message);
    }

    @Test
    void readOnlyContradictsRw() {
        assertThatExceptionOfType(MountException.class)
                .isThrownBy(() -> session(true, "rw"))
                .withMessageContaining("--ro");
    }

    @Test
    void everyMountIsNamed() throws MountException {
        assertThat(session(true).mountOptions())
                .containsExactlyInAnyOrder("ro", "fsname=guest.img", "subtype=guestmount");
    }

    @Test
    void timeoutsAreTheCachesUnlessGiven() throws MountException {
        SessionConfig config = session(false, "attr_timeout=1.5,negative_timeout=0");

        assertThat(config.view().entryTimeout()).isEqualTo(Duration.ofSeconds(60));
        assertThat(config.view().attributeTimeout()).isEqualTo(Duration.ofMillis(1500));
        assertThat(config.view().negativeTimeout()).isZero();
    }

    @Test
    void allowRootIsAllowOtherForRootAndTheOwnerOnly() throws MountException {
        SessionConfig config = session(false, "allow_root");

        assertThat(config.mountOptions()).contains("allow_other").doesNotContain("allow_root");
        assertThat(config.onlyUser()).isEqualTo(1000);
        assertThat(session(false, "allow_other").onlyUser()).isNull();
    }

    @Test
    void limitsStayWithinTheKernels() throws MountException {
        SessionConfig.Limits limits = session(false, "max_write=99999999,max_background=100000,sync_read")
                .limits();

        assertThat(limits.maxWriteBytes()).isEqualTo(1 << 20);
        assertThat(limits.maxBackground()).isEqualTo(0xFFFF);
        assertThat(limits.asyncRead()).isFalse();
    }
}
