package org.guestmount.it.framework;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Disks with volume groups, arrays and encrypted volumes on them, made by the real tools in a {@link ToolMachine}. They are made
 * once, and kept for later runs.
 */
public final class StorageStacks {
    private static final String SCRIPT = "storage_stacks.sh";

    /** Each disk's size in MiB, in the order of their names; a {@code p} is one with a partition. */
    private static final List<String> SIZES = List.of(
            "20", "120", "120", "40p", "40p", "16", "16", "16", "16", "16", "32", "32", "40p", "40", "48p", "64", "44",
            "44", "40", "128", "128", "44", "44", "44", "96");

    private final Path folder;

    private StorageStacks(Path folder) {
        this.folder = folder;
    }

    /** The stacks, made if they are not there. */
    public static StorageStacks made() throws IOException {
        String commands = Project.resource(StorageStacks.class, SCRIPT);
        String name = "storage-" + Integer.toHexString(Objects.hash(ToolMachine.script(commands), SIZES));
        return new StorageStacks(Project.madeOnce(name, folder -> make(folder, commands)));
    }

    /** The tree that is in every stack. */
    public Path tree() {
        return folder.resolve("tree");
    }

    /** The original of a disk, not to be changed. */
    public GuestImage disk(char name) {
        return GuestImage.raw(folder.resolve(String.valueOf(name)));
    }

    private static void make(Path folder, String commands) throws IOException {
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
        ToolMachine.run(folder, commands, disks);
    }
}
