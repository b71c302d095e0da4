package org.guestmount.it.framework;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A machine in which administrators' tools run on disks: the one that runs the tests need not have device-mapper, MD or btrfs. It is
 * made of the appliance's kernel and programs, with a script in the daemon's place.
 */
public final class ToolMachine {
    /** What it begins with, and its last words. */
    private static final String PROLOGUE = "tool_machine.sh";

    private static final String DONE = "everything is done";

    private static final Duration LIMIT = Duration.ofMinutes(8);

    /** The kernel unpacks one archive after the other, each beginning at a multiple of so many bytes. */
    private static final int ARCHIVE_ALIGNMENT = 512;

    /** Of this machine, as the appliance has no need of it. */
    private static final String BTRFS = "btrfs";

    private ToolMachine() {}

    /** The whole script that it runs for these commands: what is made changes with it. */
    public static String script(String commands) {
        return Project.resource(ToolMachine.class, PROLOGUE) + commands + "\noff\n";
    }

    /**
     * Starts the machine and waits until it is off.
     *
     * @param folder for files that are removed in the end
     * @param commands for busybox's shell: {@code $(disk N)} is the disk of that index, {@code lvm}, {@code luks} and {@code array}
     *     use the tools as they are to be used here, see {@code tool_machine.sh}. One that fails is a failure
     * @param disks raw images
     */
    public static void run(Path folder, String commands, List<Path> disks) throws IOException {
        String printed = Command.of(Project.folder().resolve("bin/guestmount-appliance"), "build")
                .with(Map.of("XDG_CACHE_HOME", Project.cacheFolder().toString()))
                .within(LIMIT)
                .run();
        Path appliance = Path.of(printed.strip());
        Path added = folder.resolve("added");
        addPrograms(added, script(commands));
        Path initramfs = extended(appliance.resolve("initramfs"), added, folder.resolve("initramfs"));
        Command.Result result = Command.of(arguments(appliance.resolve("kernel"), initramfs, disks))
                .within(LIMIT)
                .result();
        Command.of("rm", "-r", added, initramfs).run();
        if (!result.output().contains(DONE)) {
            throw new AssertionError(result.toString());
        }
    }

    private static void addPrograms(Path added, String script) throws IOException {
        Files.createDirectories(added);
        Command.of("chmod", "755", Files.writeString(added.resolve("stacks"), script))
                .run();
        Command.of("sh", "-c", """
                        set -e
                        program=$(PATH=$PATH:/usr/sbin:/sbin command -v "$0")
                        install -D "$program" "$1/usr/bin/$0"
                        install -D -t "$1/usr/lib" $(ldd "$program" | grep -o '/[^ ]*')
                        """, BTRFS, added).run();
    }

    /** A copy of an initramfs with the files of a folder added. */
    private static Path extended(Path initramfs, Path added, Path copy) {
        Command.of(
                        "sh",
                        "-c",
                        "cp \"$0\" \"$2\" && truncate -s %%%d \"$2\" && cd \"$1\" && find usr stacks | busybox cpio -o -H newc >> \"$2\""
                                .formatted(ARCHIVE_ALIGNMENT),
                        initramfs,
                        added,
                        copy)
                .run();
        return copy;
    }

    private static List<String> arguments(Path kernel, Path initramfs, List<Path> disks) {
        List<String> qemu = new ArrayList<>(List.of("qemu-system-x86_64"));
        qemu.addAll(List.of("-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-serial", "stdio"));
        qemu.addAll(List.of("-machine", "q35", "-accel", "tcg", "-cpu", "Nehalem", "-smp", "2", "-m", "2048"));
        qemu.addAll(List.of("-kernel", kernel.toString(), "-initrd", initramfs.toString(), "-append"));
        qemu.add("console=ttyS0 panic=1 rdinit=/stacks mitigations=off raid=noautodetect quiet");
        qemu.addAll(List.of("-device", "virtio-scsi-pci", "-device", "virtio-rng-pci"));
        for (int i = 0; i < disks.size(); i++) {
            qemu.addAll(List.of("-drive", "if=none,format=raw,id=d" + i + ",file=" + disks.get(i)));
            qemu.addAll(List.of("-device", "scsi-hd,drive=d" + i + ",scsi-id=" + i));
        }
        return qemu;
    }
}
