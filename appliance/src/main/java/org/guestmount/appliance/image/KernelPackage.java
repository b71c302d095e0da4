package org.guestmount.appliance.image;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveInputStream;
import org.guestmount.core.host.Folders;

/**
 * Fetches the distribution's kernel package and unpacks it without installing it, which takes no privilege. Needed where the
 * installed kernel can only be read by root, as on Ubuntu, and where there is none, as in containers.
 */
final class KernelPackage {
    /** What a fetched kernel's folder in the cache is called, before its release. */
    static final String FOLDER_PREFIX = "kernel-";

    /** The image's name in that folder; its modules are beside it in {@code modules}. */
    static final String IMAGE = "vmlinuz";

    private static final Duration TIMEOUT = Duration.ofMinutes(10);

    /** Packages that stand for the newest kernel: Debian's, and Ubuntu's smallest and usual. */
    private static final List<String> DEBIAN_NAMES =
            List.of("linux-image-amd64", "linux-image-virtual", "linux-image-generic");

    private static final Pattern DEBIAN_PARTS = Pattern.compile("linux-(image|modules)(-unsigned|-extra)?-\\d.*");
    private static final List<String> FEDORA_NAMES = List.of("kernel-core", "kernel-modules-core", "kernel-modules");

    private final Path root;
    private final Path cache;

    /**
     * @param root the host's root folder
     * @param cache the folder to make the kernel's folder in
     */
    KernelPackage(Path root, Path cache) {
        this.root = root;
        this.cache = cache;
    }

    /** Downloads the kernel and puts it in its folder. The message of a failure is for people. */
    void fetch() throws IOException, InterruptedException {
        Path work = Files.createTempDirectory(cache, "building-");
        try {
            Path unpacked = Files.createDirectory(work.resolve("root"));
            if (program("apt-get").isPresent()) {
                downloadDebian(work, unpacked);
            } else if (program("dnf").isPresent()) {
                downloadFedora(work, unpacked);
            } else {
                throw new IOException("neither apt-get nor dnf is there to download one");
            }
            keep(unpacked, work);
        } finally {
            Folders.deleteTree(work);
        }
    }

    private void downloadDebian(Path work, Path unpacked) throws IOException, InterruptedException {
        List<String> ownLists = ownLists(work);
        List<String> options = List.of();
        Set<String> names = kernelPackages(options, work);
        if (names.isEmpty()) {
            // Images of containers come without the lists of packages.
            options = ownLists;
            run(work, command("apt-get", options, "-qq", "update"));
            names = kernelPackages(options, work);
        }
        if (names.isEmpty()) {
            throw new IOException("apt knows none of the packages " + String.join(", ", DEBIAN_NAMES));
        }
        run(
                work,
                command(
                        "apt-get",
                        options,
                        Stream.concat(Stream.of("-qq", "download"), names.stream())
                                .toArray(String[]::new)));
        for (Path file : files(work, ".deb")) {
            run(work, List.of("dpkg-deb", "-x", file.toString(), unpacked.toString()));
        }
    }

    /** Options that make apt keep everything it writes in the work folder, and drop no privileges it does not have. */
    private static List<String> ownLists(Path work) throws IOException {
        Path lists = Files.createDirectories(work.resolve("lists/partial")).getParent();
        Path archives = Files.createDirectories(work.resolve("apt/archives/partial"));
        return List.of(
                "-o", "Dir::State::Lists=" + lists,
                "-o", "Dir::Cache=" + work.resolve("apt"),
                "-o", "Dir::Cache::Archives=" + archives.getParent(),
                "-o", "Debug::NoLocking=true",
                "-o", "APT::Sandbox::User=");
    }

    /** The packages that hold the image and the modules of the newest kernel, found by following dependencies. */
    private Set<String> kernelPackages(List<String> options, Path work) throws IOException, InterruptedException {
        Set<String> parts = new LinkedHashSet<>();
        for (String name : DEBIAN_NAMES) {
            Deque<String> open = new ArrayDeque<>(List.of(name));
            while (!open.isEmpty()) {
                for (String dependency : dependencies(open.remove(), options, work)) {
                    if (DEBIAN_PARTS.matcher(dependency).matches() && parts.add(dependency)) {
                        open.add(dependency);
                    }
                }
            }
            if (!parts.isEmpty()) {
                break;
            }
        }
        return parts;
    }

    private List<String> dependencies(String name, List<String> options, Path work)
            throws IOException, InterruptedException {
        ProgramRun run = execute(work, command("apt-cache", options, "depends", name));
        return !run.succeeded()
                ? List.of()
                : run.output()
                        .lines()
                        .map(String::strip)
                        .filter(line -> line.startsWith("Depends: "))
                        .map(line -> line.substring("Depends: ".length()))
                        .toList();
    }

    private void downloadFedora(Path work, Path unpacked) throws IOException, InterruptedException {
        List<String> download = new ArrayList<>(List.of("dnf", "-q", "download", "--destdir", work.toString()));
        download.addAll(FEDORA_NAMES);
        run(work, download);
        for (Path file : files(work, ".rpm")) {
            Path archive = work.resolve(file.getFileName() + ".cpio");
            Process process = new ProcessBuilder(path("rpm2cpio"), file.toString())
                    .redirectOutput(archive.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (process.waitFor() != 0) {
                throw new IOException("rpm2cpio cannot read " + file);
            }
            unpack(archive, unpacked);
        }
    }

    /** Takes the regular files out of a cpio archive; names that lead out of the folder are refused. */
    private static void unpack(Path archive, Path folder) throws IOException {
        try (InputStream file = new BufferedInputStream(Files.newInputStream(archive));
                CpioArchiveInputStream entries = new CpioArchiveInputStream(file)) {
            for (CpioArchiveEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
                Path target = folder.resolve("./" + entry.getName()).normalize();
                if (!target.startsWith(folder)) {
                    throw new IOException(archive + " holds the name " + entry.getName());
                }
                if (entry.isRegularFile()) {
                    Files.createDirectories(target.getParent());
                    Files.copy(entries, target);
                }
            }
        }
    }

    /** Cuts what was unpacked down to the image and the modules an appliance takes, and makes it the kernel's folder. */
    private void keep(Path unpacked, Path work) throws IOException, InterruptedException {
        Path tree = moduleFolder(unpacked);
        String release = String.valueOf(tree.getFileName());
        Path image = Stream.of(unpacked.resolve("boot/vmlinuz-" + release), tree.resolve("vmlinuz"))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new IOException("the package holds no kernel image"));
        if (!Files.exists(tree.resolve("modules.dep"))) {
            run(work, depmod(unpacked, release));
        }
        Path kept = Files.createDirectory(work.resolve("kept"));
        Files.copy(image, kept.resolve(IMAGE));
        Path modules = Files.createDirectory(kept.resolve("modules"));
        for (String list :
                List.of("modules.dep", "modules.alias", "modules.softdep", "modules.builtin", "modules.devname")) {
            if (Files.exists(tree.resolve(list))) {
                Files.copy(tree.resolve(list), modules.resolve(list));
            }
        }
        for (String module : ModuleTree.read(tree).inLoadOrder(GuestModules.all())) {
            Path target = modules.resolve(module);
            Files.createDirectories(target.getParent());
            Files.copy(tree.resolve(module), target);
        }
        Path home = cache.resolve(FOLDER_PREFIX + release);
        Folders.deleteTree(home);
        Files.move(kept, home);
    }

    private static Path moduleFolder(Path unpacked) throws IOException {
        for (String folder : List.of("lib/modules", "usr/lib/modules")) {
            if (Files.isDirectory(unpacked.resolve(folder))) {
                try (Stream<Path> releases = Files.list(unpacked.resolve(folder))) {
                    Optional<Path> release = releases.filter(Files::isDirectory).findFirst();
                    if (release.isPresent()) {
                        return release.get();
                    }
                }
            }
        }
        throw new IOException("the package holds no kernel modules");
    }

    /** depmod(8) looks below lib/modules of the base folder. */
    private List<String> depmod(Path unpacked, String release) throws IOException {
        if (!Files.exists(unpacked.resolve("lib"))) {
            Files.createSymbolicLink(unpacked.resolve("lib"), Path.of("usr/lib"));
        }
        List<String> arguments = List.of("-b", unpacked.toString(), release);
        List<String> program = program("depmod").isPresent() ? List.of("depmod") : List.of("busybox", "depmod");
        return Stream.concat(program.stream(), arguments.stream()).toList();
    }

    private Optional<Path> program(String name) {
        return new GuestTool(name, "", "").find(root);
    }

    private String path(String name) throws IOException {
        return program(name)
                .orElseThrow(() -> new IOException("the program " + name + " is missing"))
                .toString();
    }

    private static List<String> command(String program, List<String> options, String... arguments) {
        return Stream.of(List.of(program), options, List.of(arguments))
                .flatMap(List::stream)
                .toList();
    }

    private void run(Path folder, List<String> command) throws IOException, InterruptedException {
        ProgramRun run = execute(folder, command);
        if (!run.succeeded()) {
            throw new IOException(
                    String.join(" ", command) + " failed: " + run.output().strip());
        }
    }

    private ProgramRun execute(Path folder, List<String> command) throws IOException, InterruptedException {
        List<String> resolved = new ArrayList<>(command);
        resolved.set(0, path(command.get(0)));
        ProgramRun run = ProgramRun.of(resolved, folder, TIMEOUT);
        if (!run.ended()) {
            throw new IOException(
                    String.join(" ", command) + " did not end within " + TIMEOUT.toMinutes() + " minutes");
        }
        return run;
    }

    private static List<Path> files(Path folder, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(suffix)).toList();
        }
    }
}
