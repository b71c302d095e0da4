package org.guestmount.core.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.guestmount.core.host.HostUser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LaunchSettingsTest {
    @Test
    void hasADefaultForEverything() throws SettingsException {
        LaunchSettings settings = LaunchSettings.fromEnvironment(Map.of("HOME", "/home/u"));

        assertThat(settings)
                .isEqualTo(new LaunchSettings(
                        AcceleratorChoice.AUTOMATIC,
                        512,
                        null,
                        settings.searchPath(),
                        "",
                        Path.of("/home/u/.cache/guestmount"),
                        1L << 30,
                        Path.of("/tmp"),
                        java.util.List.of(Path.of("/tmp")),
                        true,
                        false,
                        false,
                        LaunchSettings.DEFAULT_LAUNCH_TIMEOUT));
        assertThat(settings.searchPath()).contains(Path.of("/usr/bin"));
    }

    @Test
    void readsEveryVariable(@TempDir Path runtime) throws SettingsException {
        LaunchSettings settings = LaunchSettings.fromEnvironment(Map.ofEntries(
                Map.entry("LIBGUESTFS_BACKEND_SETTINGS", "network_bridge=br0:force_tcg"),
                Map.entry("LIBGUESTFS_MEMSIZE", "1024"),
                Map.entry("LIBGUESTFS_HV", "qemu/wrapper"),
                Map.entry("LIBGUESTFS_APPEND", " debug "),
                Map.entry("LIBGUESTFS_CACHEDIR", "/var/tmp"),
                Map.entry("LIBGUESTFS_TMPDIR", "/big"),
                Map.entry("TMPDIR", "/small"),
                Map.entry("XDG_RUNTIME_DIR", runtime.toString()),
                Map.entry("XDG_CACHE_HOME", "/caches"),
                Map.entry("LIBGUESTFS_DEBUG", "1"),
                Map.entry("LIBGUESTFS_TRACE", "true"),
                Map.entry("PATH", "/a::/b")));

        assertThat(settings.accelerator()).isEqualTo(AcceleratorChoice.FORCE_TCG);
        assertThat(settings.memoryMebibytes()).isEqualTo(1024);
        assertThat(settings.hypervisor()).isEqualTo(Path.of("qemu/wrapper").toAbsolutePath());
        assertThat(settings.kernelArguments()).isEqualTo("debug");
        assertThat(settings.cacheFolder()).isEqualTo(Path.of("/var/tmp/guestmount-" + HostUser.id()));
        assertThat(settings.temporaryFolder()).isEqualTo(Path.of("/big"));
        assertThat(settings.socketFolders()).containsExactly(runtime, Path.of("/big"), Path.of("/tmp"));
        assertThat(settings.debug()).isTrue();
        assertThat(settings.trace()).isTrue();
        assertThat(settings.searchPath())
                .containsExactly(Path.of("/a"), Path.of("").toAbsolutePath(), Path.of("/b"));
    }

    @Test
    void theOlderNameOfTheHypervisorAndTheUsersCacheFolderCountToo() throws SettingsException {
        LaunchSettings settings =
                LaunchSettings.fromEnvironment(Map.of("LIBGUESTFS_QEMU", "/q", "XDG_CACHE_HOME", "/caches"));

        assertThat(settings.hypervisor()).isEqualTo(Path.of("/q"));
        assertThat(settings.cacheFolder()).isEqualTo(Path.of("/caches/guestmount"));
    }

    @Test
    void aGuestIsBootedOnDemandAndForKernelArguments() throws SettingsException {
        assertThat(LaunchSettings.fromEnvironment(Map.of("LIBGUESTFS_BACKEND_SETTINGS", "force_tcg:boot"))
                        .resume())
                .isFalse();
        assertThat(LaunchSettings.fromEnvironment(Map.of("LIBGUESTFS_APPEND", "debug"))
                        .resume())
                .isFalse();
        assertThat(LaunchSettings.fromEnvironment(Map.of("LIBGUESTFS_DEBUG", "1"))
                        .resume())
                .isTrue();
    }

    @Test
    void anEmptyVariableIsNotSet() throws SettingsException {
        LaunchSettings settings = LaunchSettings.fromEnvironment(
                Map.of("LIBGUESTFS_HV", "", "LIBGUESTFS_MEMSIZE", "", "LIBGUESTFS_DEBUG", "", "TMPDIR", ""));

        assertThat(settings.hypervisor()).isNull();
        assertThat(settings.debug()).isFalse();
        assertThat(settings.temporaryFolder()).isEqualTo(Path.of("/tmp"));
    }

    @ParameterizedTest
    @CsvSource({"force_kvm,FORCE_KVM", "force_kvm=1,FORCE_KVM", "gdb: force_tcg ,FORCE_TCG", "force_tcg=0,AUTOMATIC"})
    void readsTheAcceleratorFromBackendSettings(String value, AcceleratorChoice choice) throws SettingsException {
        assertThat(LaunchSettings.fromEnvironment(Map.of("LIBGUESTFS_BACKEND_SETTINGS", value))
                        .accelerator())
                .isEqualTo(choice);
    }

    @ParameterizedTest
    @CsvSource({
        "LIBGUESTFS_MEMSIZE,lots",
        "LIBGUESTFS_MEMSIZE,64",
        "LIBGUESTFS_MEMSIZE,99999999999",
        "LIBGUESTFS_DEBUG,maybe",
        "LIBGUESTFS_TRACE,2",
        "LIBGUESTFS_BACKEND_SETTINGS,force_tcg:force_kvm"
    })
    void refusesAValueThatMakesNoSense(String name, String value) {
        assertThatThrownBy(() -> LaunchSettings.fromEnvironment(Map.of(name, value)))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith(name);
    }

    @Test
    void aCacheTooSmallForASavedGuestHasLaunchesBoot() throws SettingsException {
        LaunchSettings small = LaunchSettings.fromEnvironment(Map.of("GUESTMOUNT_CACHE_SIZE", "399"));
        LaunchSettings large = LaunchSettings.fromEnvironment(Map.of("GUESTMOUNT_CACHE_SIZE", "400"));

        assertThat(small.resume()).isFalse();
        assertThat(large.resume()).isTrue();
        assertThat(large.cacheBytes()).isEqualTo(400L << 20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "direct", "appliance", "libvirt", "libvirt:qemu:///session"})
    void libguestfssBackendsAreAllTheSameHere(String backend) throws SettingsException {
        assertThat(LaunchSettings.fromEnvironment(
                        Map.of("LIBGUESTFS_BACKEND", backend, "LIBGUESTFS_ATTACH_METHOD", backend)))
                .isEqualTo(LaunchSettings.fromEnvironment(Map.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"LIBGUESTFS_BACKEND", "LIBGUESTFS_ATTACH_METHOD"})
    void aRunningGuestCannotBeAttachedTo(String variable) {
        assertThatThrownBy(() -> LaunchSettings.fromEnvironment(Map.of(variable, "unix:/run/guestfsd")))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(variable + "=unix:/run/guestfsd")
                .hasMessageContaining(variable + "=direct");
    }
}
