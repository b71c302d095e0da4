package org.guestmount.it.framework;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A machine in which tools run on disks: the one that runs the tests need not have device-mapper, MD or btrfs. It is made of the
 * appliance's kernel and programs, with a script in the daemon's place.
 */
public final class ToolMachine implements AutoCloseable {
    /** What it begins with, and its last words. */
    private static final String PROLOGUE = "tool_machine.sh";

    private static final String DONE = "everything is done";

    private static final Duration LIMIT = Duration.ofMinutes(8);

    /** The kernel unpacks one archive after the other, each beginning at a multiple of so many bytes. */
    private static final int ARCHIVE_ALIGNMENT = 512;

    private final Path kernel;
    private final Path initramfs;

    /**
     * Makes its initial filesystem, in a file that is removed in the end.
     *
     * @param commands for busybox's shell: {@code $(disk N)} is the disk of that index, {@code lvm}, {@code luks} and {@code array}
     *     use the tools as they are to be used here, see {@code tool_machine.sh}. When one fails, all is over
     * @param programs of the machine that runs the tests, by name, which the appliance has no need of
     */
    public ToolMachine(Path folder, String commands, List<String> programs) throws IOException {
        String printed = Command.of(Project.folder().resolve("bin/guestmount-appliance"), "build")
                .with(Map.of("XDG_CACHE_HOME", Project.cacheFolder().toString()))
                .within(LIMIT)
                .run();
        Path appliance = Path.of(printed.strip());
        Path added = folder.resolve("added");
        Files.createDirectories(added);
        Command.of("chmod", "755", Files.writeString(added.resolve("stacks"), script(commands)))
                .run();
        programs.forEach(program -> addProgram(added, program));
        kernel = appliance.resolve("kernel");
        initramfs = extended(appliance.resolve("initramfs"), added, folder.resolve("initramfs"));
        Command.of("rm", "-r", added).run();
    }

    /** The whole script that it runs for these commands: what is made changes with it. */
    public static String script(String commands) {
        return Project.resource(ToolMachine.class, PROLOGUE) + commands + "\noff\n";
    }

    /** Has administrators' tools make something of raw images, with the commands of {@link #ToolMachine}. */
    public static void run(Path folder, String commands, List<Path> disks) throws IOException {
        try (ToolMachine machine = new ToolMachine(folder, commands, List.of("btrfs", "make-bcache"))) {
            Command.Result result =
                    Command.of(machine.arguments(disks)).within(LIMIT).result();
            if (!result.output().contains(DONE)) {
                throw new AssertionError(result.toString());
            }
        }
    }

    private static void addProgram(Path added, String program) {
        Command.of("sh", "-c", """
                        set -e
                        program=$(PATH=$PATH:/usr/sbin:/sbin command -v "$0")
                        install -D "$program" "$1/usr/bin/$0"
                        install -D -t "$1/usr/lib" $(ldd "$program" | grep -o '/[^ ]*')
                        """, program, added).run();
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

    /** The command line of QEMU that runs it, whose standard input and output are the machine's console. */
    public List<String> arguments(List<Path> disks) {
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

    @Override
    public void close() throws IOException {
        Files.delete(initramfs);
    }
}
