package org.guestmount.it.framework;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Disks with volume groups, arrays and encrypted volumes on them, made by the real tools. The machine that runs the tests need not
 * have device-mapper or MD: the tools run in a machine made of the appliance's kernel and programs, in which a script takes the
 * daemon's place. They are made once, and kept for later runs.
 */
public final class StorageStacks {
    private static final Duration LIMIT = Duration.ofMinutes(8);

    private static final String SCRIPT = "storage_stacks.sh";

    /** The kernel unpacks one archive after the other, each beginning at a multiple of so many bytes. */
    private static final int ARCHIVE_ALIGNMENT = 512;

    /** Each disk's size in MiB, in the order of their names; a {@code p} is one with a partition. */
    private static final List<String> SIZES = List.of(
            "20", "120", "120", "40p", "40p", "16", "16", "16", "16", "16", "32", "32", "40p", "40", "48p", "64", "44",
            "44", "40", "128", "128", "44");

    private final Path folder;

    private StorageStacks(Path folder) {
        this.folder = folder;
    }

    /** The stacks, made if they are not there. */
    public static StorageStacks made() throws IOException {
        String script;
        try (InputStream source = Objects.requireNonNull(StorageStacks.class.getResourceAsStream(SCRIPT), SCRIPT)) {
            script = new String(source.readAllBytes(), StandardCharsets.UTF_8);
        }
        Path folder = Project.outputFolder().resolve("storage-" + Integer.toHexString(Objects.hash(script, SIZES)));
        if (!Files.exists(folder)) {
            Path making = Path.of(folder + ".making");
            Command.of("rm", "-rf", making).run();
            make(Files.createDirectories(making), script);
            Files.move(making, folder);
        }
        return new StorageStacks(folder);
    }

    /** The tree that is in every stack. */
    public Path tree() {
        return folder.resolve("tree");
    }

    /** The original of a disk, not to be changed. */
    public GuestImage disk(char name) {
        return GuestImage.raw(folder.resolve(String.valueOf(name)));
    }

    private static void make(Path folder, String script) throws IOException {
        Path tree = Files.createDirectories(folder.resolve("tree"));
        Python.run(tree, """
                import random
                random.seed(3)
                os.mkdir(f'{root}/d')
                for i in range(40): open(f'{root}/d/f{i}', 'wb').write(random.randbytes(i * i * 97))
                os.symlink('d', f'{root}/link')
                """);
        List<Path> disks = new ArrayList<>();
        for (int i = 0; i < SIZES.size(); i++) {
            String size = SIZES.get(i);
            Path disk = folder.resolve(String.valueOf((char) ('a' + i)));
            Command.of("truncate", "-s", size.replace("p", "") + "M", disk).run();
            if (size.endsWith("p")) {
                Command.of("sh", "-c", "echo start=2048 | sfdisk -q --label gpt \"$0\"", disk)
                        .run();
            }
            disks.add(disk);
        }
        Command.of("mke2fs", "-q", "-F", "-t", "ext4", "-d", tree, disks.get(0)).run();
        Command.of("mkfs.btrfs", "-q", "-d", "raid1", "-m", "raid1", folder.resolve("t"), folder.resolve("u"))
                .run();
        run(folder, script, disks);
    }

    /** Starts the machine and waits until it is off. */
    private static void run(Path folder, String script, List<Path> disks) throws IOException {
        String printed = Command.of(Project.folder().resolve("bin/guestmount-appliance"), "build")
                .with(Map.of(
                        "XDG_CACHE_HOME",
                        Project.outputFolder().resolve("cache").toString()))
                .within(LIMIT)
                .run();
        Path appliance = Path.of(printed.strip());
        Path init = Files.writeString(folder.resolve("stacks"), script);
        Command.of("chmod", "755", init).run();
        Path initramfs = folder.resolve("initramfs");
        Command.of(
                        "sh",
                        "-c",
                        "cp \"$0\" \"$1\" && truncate -s %%%d \"$1\" && cd \"$2\" && echo stacks | busybox cpio -o -H newc >> \"$1\""
                                .formatted(ARCHIVE_ALIGNMENT),
                        appliance.resolve("initramfs"),
                        initramfs,
                        folder)
                .run();
        List<Object> qemu = new ArrayList<>(List.of(
                "qemu-system-x86_64",
                "-nodefaults",
                "-no-user-config",
                "-display",
                "none",
                "-no-reboot",
                "-machine",
                "q35",
                "-accel",
                "tcg",
                "-cpu",
                "Nehalem",
                "-smp",
                "2",
                "-m",
                "2048",
                "-serial",
                "stdio",
                "-kernel",
                appliance.resolve("kernel"),
                "-initrd",
                initramfs,
                "-append",
                "console=ttyS0 panic=1 rdinit=/stacks mitigations=off raid=noautodetect quiet",
                "-device",
                "virtio-scsi-pci",
                "-device",
                "virtio-rng-pci"));
        for (int i = 0; i < disks.size(); i++) {
            qemu.addAll(List.of("-drive", "if=none,format=raw,id=d" + i + ",file=" + disks.get(i)));
            qemu.addAll(List.of("-device", "scsi-hd,drive=d" + i + ",scsi-id=" + i));
        }
        Command.Result result = Command.of(qemu.toArray()).within(LIMIT).result();
        Files.delete(initramfs);
        if (!result.output().contains("all stacks are made")) {
            throw new AssertionError(result.toString());
        }
    }
}
