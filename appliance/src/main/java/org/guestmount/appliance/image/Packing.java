package org.guestmount.appliance.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Lays out the appliance's root filesystem: all programs in /usr/bin, all libraries in /usr/lib, the rest are links to these. */
final class Packing {
    private static final String DAEMON_FOLDER = "usr/lib/guestmount";

    /** Nothing but the daemon runs in the machine, for minutes at most: quick to start counts, and memory. */
    static final List<String> JAVA_OPTIONS = List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            // What is called 40 times is compiled: the guest that is saved rehearses no more often.
            "-XX:CompileThresholdScaling=0.2",
            "-XX:-UsePerfData",
            "-Xmx128m");

    /** The programs of busybox that init and the daemon run, and the kernel: it asks for modules by {@code /sbin/modprobe}. */
    private static final List<String> BUSYBOX_NAMES =
            List.of("sh", "mount", "umount", "mkdir", "mknod", "insmod", "modprobe", "poweroff");

    /** No udev answers in the guest, so LVM makes its device nodes itself and waits for nobody. */
    private static final String LVM_CONFIGURATION = """
            devices { obtain_device_list_from_udev = 0 use_devicesfile = 0 hints = "none" }
            activation { udev_sync = 0 udev_rules = 0 monitoring = 0 }
            backup { backup = 0 archive = 0 }
            global { thin_check_executable = "" cache_check_executable = "" use_lvmpolld = 0 }
            """;

    private Packing() {}

    /**
     * Lays out the appliance.
     *
     * @param runtime a linked Java
     * @param daemon the folder of the daemon's files, as {@link ClassArchive} leaves it
     */
    static Initramfs of(Recipe recipe, Path runtime, Path daemon) throws IOException {
        Initramfs tree = new Initramfs();
        for (String folder :
                List.of("dev", "proc", "sys", "tmp", "run/lock", "sysroot", "etc/lvm", "var/lib", "usr/bin")) {
            tree.folder(folder);
        }
        for (String link : List.of("bin", "sbin", "usr/sbin")) {
            tree.symlink(link, "/usr/bin");
        }
        for (String link : List.of("lib", "lib64", "usr/lib64")) {
            tree.symlink(link, "/usr/lib");
        }
        // The kernel opens it for init before init can make it.
        tree.characterDevice("dev/console", 5, 1);
        tree.text("etc/lvm/lvm.conf", LVM_CONFIGURATION);
        tree.text("etc/passwd", "root:x:0:0:root:/:/bin/sh\n");
        tree.text("etc/group", "root:x:0:\n");
        tree.symlink("etc/mtab", "/proc/self/mounts");
        recipe.tools().forEach((name, file) -> tree.program("usr/bin/" + name, file));
        BUSYBOX_NAMES.forEach(name -> tree.symlink("usr/bin/" + name, "busybox"));
        recipe.libraries().forEach((name, file) -> tree.program("usr/lib/" + name, file));
        packModules(recipe, tree);
        JavaRuntime.pack(runtime, tree);
        for (String name : List.of(ClassArchive.JAR, ClassArchive.NATIVE_LIBRARY, ClassArchive.ARCHIVE)) {
            if (Files.exists(daemon.resolve(name))) {
                tree.program(DAEMON_FOLDER + "/" + name, daemon.resolve(name));
            }
        }
        return tree;
    }

    /** Modules keep their folders; the lists beside them are cut down to those packed, so that modprobe reads little. */
    private static void packModules(Recipe recipe, Initramfs tree) throws IOException {
        String folder = "usr/lib/modules/" + recipe.kernel().release();
        ModuleTree modules = recipe.moduleTree();
        for (String path : recipe.modules()) {
            Path file = modules.folder().resolve(path);
            tree.program(folder + "/" + ModuleTree.uncompressed(path), () -> Compression.readModule(file));
        }
        Map<String, List<String>> lists = Map.of(
                "modules.dep", modules.dependencyLines(recipe.modules()),
                "modules.alias", modules.aliasLines(recipe.modules()));
        lists.forEach((name, lines) -> tree.text(folder + "/" + name, String.join("\n", lines) + "\n"));
        tree.text(folder + "/modules.symbols", "");
        List<String> boot = recipe.bootModules().stream()
                .map(path -> "/" + folder + "/" + ModuleTree.uncompressed(path))
                .toList();
        List<String> nodes = modules.deviceNodeLines(recipe.modules());
        tree.program(
                "init",
                () -> InitScript.of(boot, nodes, "/" + DAEMON_FOLDER, daemonCommand())
                        .getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> daemonCommand() {
        List<String> command = new ArrayList<>(List.of("/" + JavaRuntime.GUEST_FOLDER + "/bin/java"));
        command.addAll(JAVA_OPTIONS);
        command.addAll(List.of(
                "-XX:SharedArchiveFile=" + ClassArchive.ARCHIVE,
                "-Djffi.boot.library.path=/" + DAEMON_FOLDER,
                "-cp",
                ClassArchive.JAR,
                DaemonJar.MAIN_CLASS));
        return command;
    }
}
