package org.guestmount.core.qemu;

import java.nio.file.Path;
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
            "nowatchdog",
            // Memory that is added is used at once. In a resumed guest the kernel finds QEMU's table of how to ask for
            // it changed.
            "memhp_default_state=online",
            "acpi=copy_dsdt");

    private static final String SANDBOX = "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny";
    private static final long MEBIBYTE = 1 << 20;
    private static final long FOUR_GIBIBYTES = 1L << 32;
    private static final long LOW_MEMORY_LIMIT = 0xB000_0000L;
    private static final long SPLIT_LOW_MEMORY = 0x8000_0000L;

    private QemuCommandLine() {}

    /**
     * The program and its arguments.
     *
     * @param name tells people who look at the host's processes what it is for
     */
    public static List<String> of(QemuConfig config, String name) {
        List<String> line = new ArrayList<>();
        line.add(config.program().toString());
        // A comma would begin another option; without the key, a name with an equals sign would be one.
        add(line, "-name", "guest=" + name.replace(",", ",,"));
        line.addAll(List.of("-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"));
        if (config.sandbox()) {
            add(line, "-sandbox", SANDBOX);
        }
        // Without the devices that the firmware and the kernel would spend time on.
        String machine = "q35,hpet=off,sata=off,smbus=off,usb=off,vmport=off";
        add(line, "-machine", machine);
        add(line, "-accel", config.accelerator().option());
        add(line, "-cpu", config.accelerator().processor());
        add(line, "-smp", Integer.toString(config.processors()));
        addMemory(line, config);
        add(line, "-rtc", "base=utc");
        addSystem(line, config);
        add(line, "-chardev", "stdio,id=console,signal=off");
        add(line, "-serial", "chardev:console");
        addMonitor(line, config.monitorSocket());
        add(line, "-object", "rng-random,id=entropy,filename=/dev/urandom");
        add(line, "-device", "virtio-rng-pci,rng=entropy");
        if (config.memory() == null) {
            // The guest gives back what booting took, and the pages of files it forgets. Of a memory file QEMU would
            // take them away from everybody.
            add(line, "-device", "virtio-balloon-pci,free-page-reporting=on");
        }
        add(line, "-device", "virtio-serial-pci,max_ports=2");
        add(line, "-chardev", "socket,id=daemon,path=" + config.daemonSocket());
        add(line, "-device", "virtserialport,chardev=daemon,name=" + Appliance.DAEMON_PORT);
        add(line, "-device", "virtio-scsi-pci,id=scsi");
        return line;
    }

    /** The program and its arguments to open images without a machine. */
    static List<String> ofImageServer(Path program, boolean sandbox, String monitorSocket) {
        List<String> line = new ArrayList<>(List.of(
                program.toString(), "-machine", "none", "-nodefaults", "-no-user-config", "-display", "none", "-S"));
        if (sandbox) {
            add(line, "-sandbox", SANDBOX);
        }
        addMonitor(line, monitorSocket);
        return line;
    }

    private static void addMonitor(List<String> line, String socket) {
        add(line, "-chardev", "socket,id=monitor,path=" + socket);
        add(line, "-mon", "chardev=monitor,mode=control");
    }

    /**
     * The guest's memory and, after it, the window. To QEMU they are the memory of two NUMA nodes: so the window is where the
     * guest's kernel can be told to leave it alone, and in a saved guest it is there from the first moment. A device's memory, as of
     * ivshmem, would have to be plugged in after each resumption, and may be mapped elsewhere each time.
     */
    private static void addMemory(List<String> line, QemuConfig config) {
        QemuConfig.GuestMemory memory = config.memory();
        long bytes = (long) config.memoryMebibytes() << 20;
        JsonObject backend = new JsonObject()
                .put("qom-type", memory == null ? "memory-backend-ram" : "memory-backend-file")
                .put("id", "memory")
                .put("size", bytes);
        if (memory != null) {
            backend.put("mem-path", memory.file().toString()).put("share", !memory.saved());
        }
        add(line, "-object", backend.toString());
        JsonObject window = new JsonObject()
                .put("qom-type", "memory-backend-file")
                .put("id", "window")
                .put("size", Appliance.WINDOW_BYTES)
                .put("mem-path", config.window())
                .put("share", true)
                // If there is no room for it, QEMU says so now; otherwise whoever touches it would die.
                .put("prealloc", true);
        add(line, "-object", window.toString());
        add(line, "-numa", "node,nodeid=0,memdev=memory,cpus=0-" + (config.processors() - 1));
        add(line, "-numa", "node,nodeid=1,memdev=window");
        long mebibytes = (bytes + Appliance.WINDOW_BYTES) / MEBIBYTE;
        long most = mebibytes + MemoryModules.MAX_ADDED_MEBIBYTES;
        add(line, "-m", mebibytes + "M,slots=" + MemoryModules.SLOTS + ",maxmem=" + most + "M");
    }

    /**
     * Where the guest finds the window: after its memory, which if it and the window come to this much continues above 4 GiB. Source:
     * {@code pc_q35_init} in QEMU's hw/i386/pc_q35.c.
     */
    private static long windowAddress(QemuConfig config) {
        long bytes = (long) config.memoryMebibytes() << 20;
        return bytes + Appliance.WINDOW_BYTES < LOW_MEMORY_LIMIT ? bytes : bytes - SPLIT_LOW_MEMORY + FOUR_GIBIBYTES;
    }

    /** What to boot; a saved guest has booted, and its kernel is in its memory. */
    private static void addSystem(List<String> line, QemuConfig config) {
        QemuConfig.GuestMemory memory = config.memory();
        if (memory != null && memory.saved()) {
            add(line, "-incoming", "defer");
            return;
        }
        add(line, "-kernel", config.appliance().kernel().toString());
        add(line, "-initrd", config.appliance().initramfs().toString());
        add(line, "-append", kernelCommandLine(config));
    }

    private static String kernelCommandLine(QemuConfig config) {
        List<String> arguments = new ArrayList<>(KERNEL_ARGUMENTS);
        arguments.add(config.accelerator().clockArgument());
        String window = "%d$0x%x".formatted(Appliance.WINDOW_BYTES, windowAddress(config));
        arguments.add("memmap=" + window);
        arguments.add("numa=off");
        arguments.add(Appliance.WINDOW_VARIABLE + "=" + window);
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
