package org.guestmount.appliance.image;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Lays out the appliance's root filesystem: all programs in /usr/bin, all libraries in /usr/lib, the rest are links to these. */
final class Packing {
    private static final String JAR = "/usr/lib/guestmount/daemon.jar";
    private static final String NATIVE_FOLDER = "/usr/lib/guestmount";

    /** Nothing but the daemon runs in the machine, for minutes at most: quick to start counts, and memory. */
    private static final List<String> DAEMON = List.of(
            "/" + JavaRuntime.GUEST_FOLDER + "/bin/java",
            "-Xshare:auto",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-Xmx128m",
            "-Djffi.boot.library.path=" + NATIVE_FOLDER,
            "-cp",
            JAR,
            DaemonJar.MAIN_CLASS);

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

    static Initramfs of(Recipe recipe, Path runtime) throws IOException {
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
        tree.program(JAR.substring(1), recipe.daemon()::jar);
        tree.program(NATIVE_FOLDER.substring(1) + "/libjffi-1.2.so", recipe.daemon()::nativeLibrary);
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
                "init", () -> InitScript.of(boot, nodes, DAEMON).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
}
