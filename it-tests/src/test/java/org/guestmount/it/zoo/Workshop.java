package org.guestmount.it.zoo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.ToolMachine;

/**
 * Where guests are made: it knows what has to be done for each, and does it when all are known, as one {@link ToolMachine} is
 * enough for them all.
 */
final class Workshop {
    private final Path folder;
    private final List<ZooGuest> guests = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();

    /** What the machine does in the end, and with which disks; the first has all trees. */
    private final StringBuilder commands = new StringBuilder("mount -t ext4 -o ro $(disk 0) /src\n");

    private final List<Path> machineDisks = new ArrayList<>();

    /** Makes something of a guest. */
    @FunctionalInterface
    interface Step {
        void make() throws IOException;
    }

    Workshop(Path folder) {
        this.folder = folder;
        machineDisks.add(file("trees.img"));
    }

    List<ZooGuest> guests() {
        return List.copyOf(guests);
    }

    /** Makes everything. */
    void make() throws IOException {
        for (Step step : steps) {
            step.make();
        }
        Path trees = Files.createDirectories(file("trees"));
        GuestImage.ext4(machineDisks.get(0), 200, trees);
        ToolMachine.run(folder, commands.toString(), machineDisks);
        Command.of("rm", "-r", trees, machineDisks.get(0)).run();
    }

    void add(
            String name,
            String product,
            String hostname,
            List<String> keys,
            Map<String, String> mounts,
            Path... disks) {
        List<GuestImage> images = new ArrayList<>();
        for (Path disk : disks) {
            images.add(new GuestImage(disk, disk.toString().endsWith(".qcow2") ? "qcow2" : "raw"));
        }
        guests.add(new ZooGuest(name, product, hostname, images, keys, mounts));
    }

    /** A guest with one disk, and the name as its host's name. */
    void add(String name, String product, Map<String, String> mounts) {
        add(name, product, name, List.of(), mounts, disk(name));
    }

    /** Something to do on the host. */
    void step(Step step) {
        steps.add(step);
    }

    /** Something to do in the machine, after all that is done on the host; see {@link ToolMachine}. */
    void machine(String lines) {
        commands.append(lines);
    }

    /** How the machine's commands call a disk. */
    String machineDisk(Path disk) {
        machineDisks.add(disk);
        return "$(disk " + (machineDisks.size() - 1) + ")";
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    /** A guest's raw disk, or the first of them. */
    Path disk(String guest) {
        return file(guest + ".img");
    }

    static String uuid(String name) {
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
    }

    /** A marked tree in a folder of the host's. */
    GuestTree tree(String guest, String mountpoint) throws IOException {
        return GuestTree.marked(file(guest + mountpoint.replace('/', '-')), guest, mountpoint);
    }

    /** A marked tree that the machine sees at {@code /src/NAME}. */
    GuestTree machineTree(String name, String guest, String mountpoint) throws IOException {
        return GuestTree.marked(file("trees").resolve(name), guest, mountpoint);
    }

    /** Its UUID is that of the tree's name. */
    GuestImage ext4(int mebibytes, GuestTree tree) {
        Path image = Path.of(tree.root() + ".fs");
        GuestImage.ext4(image, mebibytes, tree.root());
        Command.of("tune2fs", "-U", uuid(tree.root().getFileName().toString()), image)
                .run();
        return GuestImage.raw(image);
    }

    GuestImage vfat(int mebibytes, int fat, String id, GuestTree tree) {
        GuestImage image =
                made(tree.root().getFileName() + ".fs", mebibytes, "mkfs.vfat", "-F", String.valueOf(fat), "-i", id);
        Command.of("sh", "-c", "exec mcopy -s -i \"$0\" \"$1\"/* ::/", image.path(), tree.root())
                .run();
        return image;
    }

    /** With a geometry, for which mkntfs cannot ask a file. */
    GuestImage ntfs(String name, int mebibytes) {
        return made(name, mebibytes, "mkntfs", "-F", "-q", "-f", "-p", "2048", "-H", "16", "-S", "63");
    }

    GuestImage blank(String name, int mebibytes) {
        Command.of("truncate", "-s", mebibytes + "M", file(name)).run();
        return GuestImage.raw(file(name));
    }

    /** @param command makes something of an image, its last argument */
    GuestImage made(String name, int mebibytes, String... command) {
        GuestImage image = blank(name, mebibytes);
        List<Object> argv = new ArrayList<>(List.of(command));
        argv.add(image.path());
        Command.of(argv.toArray()).run();
        return image;
    }
}
