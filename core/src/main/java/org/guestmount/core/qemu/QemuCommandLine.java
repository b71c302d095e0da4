package org.guestmount.core.qemu;

import java.util.ArrayList;
import java.util.List;
import org.guestmount.core.appliance.Appliance;
import org.guestmount.core.json.JsonObject;

/** QEMU's arguments, as a function of the configuration. Source: qemu(1). */
public final class QemuCommandLine {
    /** What is of no use in a machine that has one purpose, no network and nobody to defend against inside. */
    private static final List<String> KERNEL_ARGUMENTS = List.of(
            "console=ttyS0",
            // A panic ends QEMU, for it does not reboot.
            "panic=1",
            // Timing loops and probes for hardware that is not there.
            "no_timer_check",
            "8250.nr_uarts=1",
            "edd=off",
            "cryptomgr.notests",
            "raid=noautodetect",
            "rcupdate.rcu_expedited=1",
            // Hardening that costs time with each system call, allocation and copy.
            "mitigations=off",
            "init_on_alloc=0",
            "hardened_usercopy=off",
            "randomize_kstack_offset=off",
            "nokaslr",
            "audit=0",
            "lsm=",
            "cgroup_disable=memory",
            "nowatchdog");

    private QemuCommandLine() {}

    /** The program and its arguments. */
    public static List<String> of(QemuConfig config) {
        List<String> line = new ArrayList<>();
        line.add(config.program().toString());
        line.addAll(List.of("-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"));
        if (config.sandbox()) {
            add(line, "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
        }
        // Without the devices that the firmware and the kernel would spend time on.
        add(line, "-machine", "q35,hpet=off,sata=off,smbus=off,usb=off,vmport=off");
        add(line, "-accel", config.accelerator().option());
        add(line, "-cpu", config.accelerator().processor());
        add(line, "-smp", Integer.toString(config.processors()));
        add(line, "-m", config.memoryMebibytes() + "M");
        add(line, "-rtc", "base=utc");
        add(line, "-kernel", config.appliance().kernel().toString());
        add(line, "-initrd", config.appliance().initramfs().toString());
        add(line, "-append", kernelCommandLine(config));
        add(line, "-chardev", "stdio,id=console,signal=off");
        add(line, "-serial", "chardev:console");
        add(line, "-chardev", "socket,id=monitor,path=" + config.monitorSocket());
        add(line, "-mon", "chardev=monitor,mode=control");
        add(line, "-object", "rng-random,id=entropy,filename=/dev/urandom");
        add(line, "-device", "virtio-rng-pci,rng=entropy");
        // The guest gives back what booting took, and the pages of files it forgets.
        add(line, "-device", "virtio-balloon-pci,free-page-reporting=on");
        add(line, "-device", "virtio-serial-pci,max_ports=2");
        add(line, "-chardev", "socket,id=daemon,path=" + config.daemonSocket());
        add(line, "-device", "virtserialport,chardev=daemon,name=" + Appliance.DAEMON_PORT);
        add(line, "-device", "virtio-scsi-pci,id=scsi");
        for (int i = 0; i < config.disks().size(); i++) {
            addDisk(line, config.disks().get(i), i);
        }
        return line;
    }

    private static void addDisk(List<String> line, GuestDisk disk, int index) {
        String name = "drive" + index;
        JsonObject node = disk.node().with("node-name", name);
        add(line, "-blockdev", node.toString());
        // Errors are the guest's to handle: the default is to stop the machine when the host's disk is full.
        String device = "scsi-hd,bus=scsi.0,drive=" + name + ",scsi-id=" + index + ",lun=0,werror=report,rerror=report";
        if (disk.blockSize() != null) {
            device += ",logical_block_size=" + disk.blockSize() + ",physical_block_size=" + disk.blockSize();
        }
        add(line, "-device", device);
    }

    private static String kernelCommandLine(QemuConfig config) {
        List<String> arguments = new ArrayList<>(KERNEL_ARGUMENTS);
        arguments.add(config.accelerator().clockArgument());
        if (!config.verbose()) {
            arguments.add("quiet");
        }
        if (!config.kernelArguments().isEmpty()) {
            arguments.add(config.kernelArguments());
        }
        return String.join(" ", arguments);
    }

    private static void add(List<String> line, String option, String value) {
        line.add(option);
        line.add(value);
    }
}
