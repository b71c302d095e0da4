package org.guestmount.appliance.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.guestmount.core.appliance.ApplianceException;

/**
 * All that goes into an appliance, found but not yet packed, and the digest that names the result.
 *
 * @param modules paths relative to the kernel's module folder, in an order they can be loaded in
 * @param bootModules those of them to load before the daemon starts, in order
 * @param tools by name, where the host has each
 * @param libraries by the name the loader asks for
 */
record Recipe(
        HostKernel kernel,
        ModuleTree moduleTree,
        Set<String> modules,
        Set<String> bootModules,
        Map<String, Path> tools,
        List<GuestTool> missingTools,
        Map<String, Path> libraries,
        DaemonJar daemon,
        String digest) {
    private static final int X86_64 = 62;

    /**
     * Finds everything.
     *
     * @param root the host's root folder
     * @param inputs notes every file that was looked at
     * @throws ApplianceException if something is missing that no appliance can do without
     */
    static Recipe gather(Path root, HostKernel kernel, DaemonJar daemon, InputList inputs) throws IOException {
        ModuleTree tree = ModuleTree.read(kernel.modules());
        Set<String> modules = tree.inLoadOrder(GuestModules.all());
        Set<String> bootModules = tree.inLoadOrder(GuestModules.AT_BOOT);
        for (String module : modules) {
            inputs.add(kernel.modules().resolve(module));
        }

        Map<String, Path> tools = new TreeMap<>();
        List<GuestTool> missing = new ArrayList<>();
        LibraryFinder libraries = new LibraryFinder(root);
        tools.put(GuestTool.BUSYBOX.name(), busybox(root));
        for (GuestTool tool : GuestTool.OPTIONAL) {
            Optional<Path> file = tool.find(root);
            file.ifPresentOrElse(found -> tools.put(tool.name(), found), () -> missing.add(tool));
        }
        for (Path tool : tools.values()) {
            libraries.addNeedsOf(tool);
        }
        libraries.addNeedsOfOwn(JavaRuntime.libraries());
        libraries.addNeedsOf(JavaRuntime.launcher());
        if (!libraries.addIfPresent("libblkid.so.1", X86_64)) {
            throw new ApplianceException("the library libblkid.so.1 is missing; install the package libblkid1");
        }
        GuestTool.OPTIONAL.forEach(tool -> inputs.addAll(tool.candidates(root)));
        inputs.addAll(tools.values());
        inputs.addAll(libraries.libraries().values());
        inputs.add(JavaRuntime.witness());

        inputs.addAll(daemon.sources());

        List<String> facts = new ArrayList<>(JavaRuntime.identity());
        facts.add("kernel " + kernel.release() + " " + InputList.stamp(kernel.image()));
        modules.forEach(module ->
                facts.add(module + " " + InputList.stamp(kernel.modules().resolve(module))));
        tools.forEach((name, file) -> facts.add(name + " " + InputList.stamp(file)));
        libraries.libraries().forEach((name, file) -> facts.add(name + " " + InputList.stamp(file)));
        facts.add("daemon " + daemon.digest());
        return new Recipe(
                kernel,
                tree,
                modules,
                bootModules,
                tools,
                missing,
                libraries.libraries(),
                daemon,
                sha256(String.join("\n", facts).getBytes(StandardCharsets.UTF_8))
                        .substring(0, 32));
    }

    /** What the kernel or a program inside can mount. */
    List<String> filesystems() {
        TreeSet<String> filesystems = new TreeSet<>(GuestModules.filesystems(moduleTree, true));
        if (tools.containsKey("ntfs-3g")) {
            filesystems.add("ntfs");
        }
        return List.copyOf(filesystems);
    }

    private static Path busybox(Path root) throws ApplianceException {
        GuestTool tool = GuestTool.BUSYBOX;
        return tool.find(root)
                .orElseThrow(() -> new ApplianceException(
                        "the program busybox is missing; install the package " + tool.debianPackage()));
    }

    static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
