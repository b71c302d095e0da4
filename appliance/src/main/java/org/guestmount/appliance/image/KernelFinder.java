package org.guestmount.appliance.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.guestmount.core.appliance.ApplianceException;

/**
 * Finds a kernel to boot among those installed. Files decide, not the running kernel: it may have no modules, as in a container or
 * a virtual machine with a kernel of its own.
 */
final class KernelFinder {
    private final Path root;
    private final InputList inputs;
    private final List<String> rejected = new ArrayList<>();

    /**
     * @param root the host's root folder
     * @param inputs notes what was looked at
     */
    KernelFinder(Path root, InputList inputs) {
        this.root = root;
        this.inputs = inputs;
    }

    /** The kernel the user named, with its modules. */
    HostKernel named(Path image) throws ApplianceException {
        inputs.add(image);
        Optional<HostKernel> kernel = usable(image);
        return kernel.orElseThrow(
                () -> new ApplianceException("cannot use GUESTMOUNT_KERNEL: " + String.join("; ", rejected)));
    }

    /** The newest of the kernels that {@link KernelPackage} fetched into this folder before. */
    Optional<HostKernel> fetched(Path cacheFolder) throws IOException {
        return newestOf(list(cacheFolder)
                .filter(folder -> folder.getFileName().toString().startsWith(KernelPackage.FOLDER_PREFIX))
                .map(folder -> folder.resolve(KernelPackage.IMAGE))
                .toList());
    }

    /** The newest kernel under /boot that can be read and has its modules; failing that, one beside its modules. */
    Optional<HostKernel> newest() throws IOException {
        Path boot = root.resolve("boot");
        List<Path> moduleFolders = moduleFolders();
        inputs.add(boot);
        inputs.addAll(moduleFolders);
        List<Path> beside = new ArrayList<>();
        for (Path modules : moduleFolders) {
            list(modules).map(release -> release.resolve("vmlinuz")).forEach(beside::add);
        }
        List<Path> inBoot = list(boot)
                .filter(file -> file.getFileName().toString().startsWith("vmlinuz-"))
                .toList();
        Optional<HostKernel> kernel = newestOf(inBoot);
        return kernel.isPresent() ? kernel : newestOf(beside);
    }

    /** Why each kernel that was found cannot be used, for people. */
    List<String> rejected() {
        return rejected;
    }

    private Optional<HostKernel> newestOf(List<Path> images) {
        return images.stream()
                .filter(Files::exists)
                .flatMap(image -> usable(image).stream())
                .max(Comparator.comparing(HostKernel::release, KernelFinder::compareReleases));
    }

    private Optional<HostKernel> usable(Path image) {
        try {
            if (!Files.isReadable(image)) {
                rejected.add(image + (Files.exists(image) ? " is not readable" : " does not exist"));
                return Optional.empty();
            }
            String release = KernelImage.open(image).release();
            Optional<Path> modules = modulesOf(image, release);
            if (modules.isEmpty()) {
                rejected.add("the modules of " + image + " (" + release + ") are not installed");
                return Optional.empty();
            }
            inputs.add(image);
            inputs.add(modules.get().resolve("modules.dep"));
            ModuleTree tree = ModuleTree.read(modules.get());
            List<String> lacking = GuestModules.ESSENTIAL.stream()
                    .filter(name -> !tree.provides(name))
                    .toList();
            if (!lacking.isEmpty()) {
                rejected.add(modules.get() + " lacks " + String.join(", ", lacking));
                return Optional.empty();
            }
            return Optional.of(new HostKernel(image, release, modules.get()));
        } catch (IOException e) {
            rejected.add(String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    /** Modules are installed for the host, lie beside the image, or in the tree that a package with both was unpacked into. */
    private Optional<Path> modulesOf(Path image, String release) {
        List<Path> candidates = new ArrayList<>();
        moduleFolders().forEach(folder -> candidates.add(folder.resolve(release)));
        Path folder = image.getParent();
        if (folder != null) {
            candidates.add(folder);
            candidates.add(folder.resolve("modules"));
            candidates.add(folder.resolve("modules").resolve(release));
            candidates.add(folder.resolveSibling("lib").resolve("modules").resolve(release));
            candidates.add(folder.resolveSibling("usr/lib/modules").resolve(release));
        }
        return candidates.stream()
                .filter(candidate -> Files.isReadable(candidate.resolve("modules.dep")))
                .findFirst();
    }

    private List<Path> moduleFolders() {
        return List.of(root.resolve("lib/modules"), root.resolve("usr/lib/modules"));
    }

    private static Stream<Path> list(Path folder) throws IOException {
        if (!Files.isReadable(folder)) {
            return Stream.empty();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toList().stream();
        }
    }

    /** Orders numbers by value and other text by letter: 6.1.0-9 is older than 6.1.0-10. */
    static int compareReleases(String left, String right) {
        List<String> a = parts(left);
        List<String> b = parts(right);
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            boolean numbers = Character.isDigit(a.get(i).charAt(0))
                    && Character.isDigit(b.get(i).charAt(0));
            int order = numbers
                    ? Long.compare(Long.parseLong(a.get(i)), Long.parseLong(b.get(i)))
                    : a.get(i).compareTo(b.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(a.size(), b.size());
    }

    /** Runs of digits, short enough to be a long, and runs of anything else. */
    private static List<String> parts(String release) {
        return Pattern.compile("\\d{1,18}|\\D+")
                .matcher(release)
                .results()
                .map(MatchResult::group)
                .toList();
    }
}
