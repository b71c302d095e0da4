package org.guestmount.core.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.guestmount.core.appliance.Appliance;
import org.guestmount.core.qemu.QemuConfig.GuestMemory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class QemuCommandLineTest {
    private static final String WINDOW =
            "{\"qom-type\":\"memory-backend-file\",\"id\":\"window\",\"size\":16777216,\"mem-path\":\"window\","
                    + "\"share\":true,\"prealloc\":true}";

    @Test
    void aWholeCommandLine() {
        assertThat(line(config(Accelerator.TCG, true, false, "")))
                .containsExactly(
                        "/usr/bin/qemu",
                        "-name",
                        "guest=guestmount /images/a,,b.img",
                        "-nodefaults",
                        "-no-user-config",
                        "-display",
                        "none",
                        "-no-reboot",
                        "-sandbox",
                        "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
                        "-machine",
                        "q35,hpet=off,sata=off,smbus=off,usb=off,vmport=off",
                        "-accel",
                        "tcg,thread=multi,tb-size=32",
                        "-cpu",
                        "Nehalem",
                        "-smp",
                        "2",
                        "-object",
                        "{\"qom-type\":\"memory-backend-ram\",\"id\":\"memory\",\"size\":536870912}",
                        "-object",
                        WINDOW,
                        "-numa",
                        "node,nodeid=0,memdev=memory,cpus=0-1",
                        "-numa",
                        "node,nodeid=1,memdev=window",
                        "-m",
                        "528M,slots=4,maxmem=16912M",
                        "-rtc",
                        "base=utc",
                        "-kernel",
                        "/cache/kernel",
                        "-initrd",
                        "/cache/initramfs",
                        "-append",
                        "console=ttyS0 panic=1 no_timer_check 8250.nr_uarts=1 edd=off cryptomgr.notests"
                                + " raid=noautodetect rcupdate.rcu_expedited=1 mitigations=off init_on_alloc=0"
                                + " hardened_usercopy=off randomize_kstack_offset=off nokaslr audit=0 lsm="
                                + " cgroup_disable=memory nowatchdog memhp_default_state=online acpi=copy_dsdt tsc=unstable memmap=16777216$0x20000000 numa=off guestmount_window=16777216$0x20000000"
                                + " quiet",
                        "-chardev",
                        "stdio,id=console,signal=off",
                        "-serial",
                        "chardev:console",
                        "-chardev",
                        "socket,id=monitor,path=monitor",
                        "-mon",
                        "chardev=monitor,mode=control",
                        "-object",
                        "rng-random,id=entropy,filename=/dev/urandom",
                        "-device",
                        "virtio-rng-pci,rng=entropy",
                        "-device",
                        "virtio-balloon-pci,free-page-reporting=on",
                        "-device",
                        "virtio-serial-pci,max_ports=2",
                        "-chardev",
                        "socket,id=daemon,path=daemon",
                        "-device",
                        "virtserialport,chardev=daemon,name=org.guestmount.daemon.0",
                        "-device",
                        "virtio-scsi-pci,id=scsi");
    }

    @Test
    void theWindowIsWhereMuchMemoryContinues() {
        assertThat(line(config(2799)))
                .anySatisfy(argument -> assertThat(argument).contains("$0xaef00000 "));
        assertThat(line(config(2800)))
                .anySatisfy(argument -> assertThat(argument).contains("$0x12f000000 "));
        assertThat(line(config(4096)))
                .anySatisfy(argument -> assertThat(argument).contains("$0x180000000 "));
    }

    @Test
    void aGuestToBeSavedLivesInAFile() {
        List<String> line = line(config(new GuestMemory(Path.of("/cache/memory"), false)));

        assertThat(line)
                .containsSequence(
                        "-object",
                        "{\"qom-type\":\"memory-backend-file\",\"id\":\"memory\",\"size\":536870912,"
                                + "\"mem-path\":\"/cache/memory\",\"share\":true}",
                        "-object",
                        WINDOW)
                .contains("-kernel", "-initrd")
                .noneMatch(argument -> argument.contains("balloon"));
    }

    @Test
    void aSavedGuestBootsNothingAndSharesNoWrites() {
        List<String> line = line(config(new GuestMemory(Path.of("/cache/memory"), true)));

        assertThat(line)
                .containsSequence("-incoming", "defer")
                .anyMatch(argument -> argument.contains("\"share\":false") && argument.contains("/cache/memory"))
                .doesNotContain("-kernel", "-initrd", "-append")
                // It would take pages out of the file that others use.
                .noneMatch(argument -> argument.contains("balloon"));
    }

    @Test
    void kvmShowsTheGuestTheHostsProcessor() {
        assertThat(line(config(Accelerator.KVM, true, false, ""))).containsSequence("-accel", "kvm", "-cpu", "host");
    }

    @Test
    void onlyAnEmulatedTimeStampCounterIsMistrusted() {
        assertThat(line(config(Accelerator.KVM, true, false, "")))
                .anySatisfy(argument -> assertThat(argument).contains(" tsc=reliable"))
                .noneSatisfy(argument -> assertThat(argument).contains("tsc=unstable"));
    }

    @Test
    void theSandboxCanBeLeftOut() {
        assertThat(line(config(Accelerator.TCG, false, false, ""))).doesNotContain("-sandbox");
    }

    @Test
    void theUsersKernelArgumentsComeLastAndAVerboseKernelIsNotQuiet() {
        List<String> line = line(config(Accelerator.TCG, true, true, "loglevel=7 nokaslr=x"));

        assertThat(line.get(line.indexOf("-append") + 1))
                .endsWith(" loglevel=7 nokaslr=x")
                .doesNotContain("quiet");
    }

    @Test
    void thereIsNoNetwork() {
        assertThat(line(config(Accelerator.TCG, true, false, "")))
                .noneMatch(a -> a.contains("net"))
                .contains("-nodefaults");
    }

    private static List<String> line(QemuConfig config) {
        return QemuCommandLine.of(config, "guestmount /images/a,b.img");
    }

    private static QemuConfig config(GuestMemory memory) {
        return config(Accelerator.TCG, true, false, "", memory, 512);
    }

    private static QemuConfig config(int mebibytes) {
        return config(Accelerator.TCG, true, false, "", null, mebibytes);
    }

    private static QemuConfig config(Accelerator accelerator, boolean sandbox, boolean verbose, String append) {
        return config(accelerator, sandbox, verbose, append, null, 512);
    }

    private static QemuConfig config(
            Accelerator accelerator,
            boolean sandbox,
            boolean verbose,
            String append,
            @Nullable GuestMemory memory,
            int mebibytes) {
        return new QemuConfig(
                Path.of("/usr/bin/qemu"),
                accelerator,
                sandbox,
                mebibytes,
                2,
                new Appliance(Path.of("/cache/kernel"), Path.of("/cache/initramfs"), "6.1", "d1"),
                append,
                verbose,
                memory,
                "window",
                "daemon",
                "monitor");
    }
}
