package org.guestmount.appliance.image;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.guestmount.core.appliance.ApplianceException;

/** Finds the shared libraries that programs need, and those that they need in turn, where the host's loader would. */
final class LibraryFinder {
    private static final List<String> DEFAULT_FOLDERS =
            List.of("lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu", "lib64", "usr/lib64", "lib", "usr/lib");

    private final Path root;
    private final Set<Path> folders = new LinkedHashSet<>();
    private final TreeMap<String, Path> found = new TreeMap<>();
    private final Set<String> own = new HashSet<>();

    LibraryFinder(Path root) throws IOException {
        this.root = root;
        addConfigured(root.resolve("etc/ld.so.conf"));
        DEFAULT_FOLDERS.forEach(folder -> folders.add(root.resolve(folder)));
    }

    /** Everything found so far: by the name it is asked for, the file. The loader is among them. */
    Map<String, Path> libraries() {
        return found;
    }

    /** Adds what these libraries need, other than each other: they are at hand in the guest already, each in its own place. */
    void addNeedsOfOwn(List<Path> libraries) throws IOException {
        libraries.forEach(library -> own.add(String.valueOf(library.getFileName())));
        for (Path library : libraries) {
            addNeedsOf(library);
        }
    }

    /** Adds what this program or library needs. A static program, a script and any other file that is not ELF need nothing. */
    void addNeedsOf(Path file) throws IOException {
        if (!isElf(file)) {
            return;
        }
        ElfFile elf = ElfFile.read(file);
        String interpreter = elf.interpreter();
        if (interpreter != null) {
            Path loader = root.resolve(interpreter.substring(1));
            found.put(String.valueOf(loader.getFileName()), loader.toRealPath());
        }
        for (String name : elf.needed()) {
            if (own.contains(name)) {
                continue;
            }
            Path library = find(name, file, elf)
                    .orElseThrow(() -> new ApplianceException(file + " needs the library " + name
                            + ", which is not installed; reinstall the package that brings " + file));
            addLibrary(name, library);
        }
    }

    /** Adds a library that is opened by name while running, if the host has it. */
    boolean addIfPresent(String name, int machine) throws IOException {
        for (Path folder : folders) {
            Path candidate = folder.resolve(name);
            if (Files.exists(candidate) && ElfFile.read(candidate).machine() == machine) {
                addLibrary(name, candidate);
                return true;
            }
        }
        return false;
    }

    private void addLibrary(String name, Path library) throws IOException {
        if (found.putIfAbsent(name, library.toRealPath()) == null) {
            addNeedsOf(library.toRealPath());
        }
    }

    private Optional<Path> find(String name, Path user, ElfFile elf) throws IOException {
        Set<Path> search = new LinkedHashSet<>();
        for (String folder : elf.searchPath()) {
            String origin = String.valueOf(user.toRealPath().getParent());
            String expanded = folder.replace("${ORIGIN}", origin).replace("$ORIGIN", origin);
            search.add(Path.of(expanded));
        }
        search.addAll(folders);
        for (Path folder : search) {
            Path candidate = folder.resolve(name);
            if (Files.isReadable(candidate) && ElfFile.read(candidate).machine() == elf.machine()) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    static boolean isElf(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            byte[] start = in.readNBytes(4);
            return start.length == 4 && start[0] == 0x7F && start[1] == 'E' && start[2] == 'L' && start[3] == 'F';
        }
    }

    /** Reads the folders of ld.so.conf(5), following its include lines. */
    private void addConfigured(Path configuration) throws IOException {
        if (!Files.isReadable(configuration)) {
            return;
        }
        for (String line : Files.readAllLines(configuration)) {
            String entry = line.replaceAll("#.*", "").strip();
            if (entry.startsWith("include ")) {
                include(entry.substring("include ".length()).strip());
            } else if (entry.startsWith("/")) {
                folders.add(root.resolve(entry.substring(1)));
            }
        }
    }

    private void include(String pattern) throws IOException {
        Path full = root.resolve(pattern.startsWith("/") ? pattern.substring(1) : "etc/" + pattern);
        Path folder = full.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, String.valueOf(full.getFileName()))) {
            for (Path file : files) {
                addConfigured(file);
            }
        }
    }
}
