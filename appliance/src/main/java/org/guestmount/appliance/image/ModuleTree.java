package org.guestmount.appliance.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The modules of one kernel, as depmod described them. Modules are named without {@code .ko}, with underscores.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/modules.dep.5.html">modules.dep(5)</a>
 */
final class ModuleTree {
    private final Path folder;
    /** By name: the path relative to the folder. */
    private final Map<String, String> files = new HashMap<>();
    /** By name: needed modules, in the order of modules.dep, which is the reverse of the order to load them in. */
    private final Map<String, List<String>> dependencies = new HashMap<>();

    private final Map<String, List<String>> softBefore = new HashMap<>();
    private final Map<String, List<String>> softAfter = new HashMap<>();
    private final Map<String, List<String>> aliases = new HashMap<>();
    private final Set<String> builtIn = new HashSet<>();

    private ModuleTree(Path folder) {
        this.folder = folder;
    }

    static ModuleTree read(Path folder) throws IOException {
        ModuleTree tree = new ModuleTree(folder);
        for (String line : Files.readAllLines(folder.resolve("modules.dep"))) {
            tree.addDependencies(line);
        }
        for (String line : optionalLines(folder.resolve("modules.builtin"))) {
            tree.builtIn.add(nameOf(line));
        }
        for (String line : optionalLines(folder.resolve("modules.softdep"))) {
            tree.addSoftDependencies(line);
        }
        for (String line : optionalLines(folder.resolve("modules.alias"))) {
            tree.addAlias(line);
        }
        return tree;
    }

    Path folder() {
        return folder;
    }

    /** True if the module can be loaded or is part of the kernel. */
    boolean provides(String name) {
        return builtIn.contains(normal(name)) || files.containsKey(normal(name));
    }

    /**
     * The paths, relative to the folder, of these modules and all they depend on, each after what it depends on. What is built in
     * or unknown has no path.
     */
    Set<String> inLoadOrder(Collection<String> names) {
        Set<String> ordered = new LinkedHashSet<>();
        Set<String> visited = new HashSet<>();
        names.forEach(name -> visit(normal(name), visited, ordered));
        Set<String> paths = new LinkedHashSet<>();
        for (String name : ordered) {
            paths.add(fileOf(name));
        }
        return paths;
    }

    private String fileOf(String name) {
        return files.getOrDefault(name, name);
    }

    private void visit(String name, Set<String> visited, Set<String> ordered) {
        if (!files.containsKey(name) || !visited.add(name)) {
            return;
        }
        softBefore.getOrDefault(name, List.of()).forEach(soft -> visitSoft(soft, visited, ordered));
        List<String> needed = new ArrayList<>(dependencies.getOrDefault(name, List.of()));
        Collections.reverse(needed);
        needed.forEach(dependency -> visit(dependency, visited, ordered));
        ordered.add(name);
        softAfter.getOrDefault(name, List.of()).forEach(soft -> visitSoft(soft, visited, ordered));
    }

    /** A soft dependency names a module or an alias that several modules may answer to. */
    private void visitSoft(String nameOrAlias, Set<String> visited, Set<String> ordered) {
        visit(normal(nameOrAlias), visited, ordered);
        aliases.getOrDefault(nameOrAlias, List.of()).forEach(name -> visit(name, visited, ordered));
    }

    /** The lines of modules.dep for these paths, every path ending in {@code .ko}: in the guest modules are not compressed. */
    List<String> dependencyLines(Set<String> paths) {
        List<String> lines = new ArrayList<>();
        for (String path : paths) {
            StringBuilder line = new StringBuilder(uncompressed(path)).append(':');
            for (String dependency : dependencies.getOrDefault(nameOf(path), List.of())) {
                line.append(' ').append(uncompressed(fileOf(dependency)));
            }
            lines.add(line.toString());
        }
        return lines;
    }

    /** The lines of modules.alias that lead to these paths, for what the kernel asks by alias: file systems, ciphers, devices. */
    List<String> aliasLines(Set<String> paths) {
        Set<String> names = new HashSet<>();
        paths.forEach(path -> names.add(nameOf(path)));
        return aliases.entrySet().stream()
                .flatMap(alias -> alias.getValue().stream()
                        .filter(names::contains)
                        .map(name -> "alias " + alias.getKey() + " " + name))
                .sorted()
                .toList();
    }

    /** The device nodes whose first use loads one of these modules: lines {@code module path c10:229}. */
    List<String> deviceNodeLines(Set<String> paths) throws IOException {
        Set<String> names = new HashSet<>();
        paths.forEach(path -> names.add(nameOf(path)));
        return optionalLines(folder.resolve("modules.devname")).stream()
                .filter(line -> !line.startsWith("#") && names.contains(normal(line.split(" ", 2)[0])))
                .toList();
    }

    static String uncompressed(String path) {
        return path.substring(0, path.lastIndexOf(".ko")) + ".ko";
    }

    private void addDependencies(String line) {
        int colon = line.indexOf(':');
        if (colon < 0) {
            return;
        }
        String path = line.substring(0, colon);
        String name = nameOf(path);
        files.put(name, path);
        String rest = line.substring(colon + 1).strip();
        if (!rest.isEmpty()) {
            dependencies.put(
                    name, Stream.of(rest.split(" ")).map(ModuleTree::nameOf).toList());
        }
    }

    /** {@code softdep NAME pre: A B post: C}. */
    private void addSoftDependencies(String line) {
        String[] words = line.split("\\s+");
        if (words.length < 3 || !words[0].equals("softdep")) {
            return;
        }
        Map<String, List<String>> into = softBefore;
        for (String word : List.of(words).subList(2, words.length)) {
            if (word.equals("pre:")) {
                into = softBefore;
            } else if (word.equals("post:")) {
                into = softAfter;
            } else {
                into.computeIfAbsent(normal(words[1]), unused -> new ArrayList<>())
                        .add(word);
            }
        }
    }

    /** Aliases with a colon match hardware on a bus, which nothing in the guest asks for. */
    private void addAlias(String line) {
        String[] words = line.split(" ", -1);
        if (words.length == 3 && words[0].equals("alias") && words[1].indexOf(':') < 0) {
            aliases.computeIfAbsent(words[1], unused -> new ArrayList<>()).add(normal(words[2]));
        }
    }

    private static List<String> optionalLines(Path file) throws IOException {
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    private static String nameOf(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        int suffix = name.indexOf(".ko");
        return normal(suffix < 0 ? name : name.substring(0, suffix));
    }

    private static String normal(String name) {
        return name.replace('-', '_');
    }
}
