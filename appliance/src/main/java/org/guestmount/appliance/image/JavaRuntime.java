package org.guestmount.appliance.image;

import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.guestmount.core.appliance.ApplianceException;

/**
 * The Java runtime inside the appliance: the running one. The commands run on one that was linked down to what they and the daemon
 * need; a whole JDK, as it runs tests, is linked down here.
 */
final class JavaRuntime {
    /** Where it lies in the appliance, without the leading slash. */
    static final String GUEST_FOLDER = "usr/lib/java";

    /** What jdeps finds in the daemon and jffi. */
    private static final String MODULES = "java.base,java.logging,jdk.unsupported";

    /** Parts of the linked runtime that nothing uses at run time. */
    private static final List<String> LEFT_OUT = List.of(
            "legal",
            "include",
            "man",
            "release",
            "lib/jrt-fs.jar",
            "lib/classlist",
            "lib/libjsig.so",
            "lib/server/libjsig.so",
            "lib/jexec",
            "bin/keytool");

    /** It takes seconds where nothing else runs. */
    private static final Duration TIMEOUT = Duration.ofMinutes(10);

    private JavaRuntime() {}

    /** Facts that decide what linking yields. */
    static List<String> identity() {
        return List.of(
                "java " + System.getProperty("java.runtime.version") + " " + System.getProperty("java.vm.name"),
                "java modules " + MODULES);
    }

    /** The file whose change means another Java. */
    static Path witness() {
        return home().resolve("lib/modules");
    }

    /** The program that starts Java, for the libraries it needs. */
    static Path launcher() {
        return home().resolve("bin/java");
    }

    /** The libraries of Java itself, for the libraries they need. */
    static List<Path> libraries() {
        List<Path> libraries = new ArrayList<>();
        for (String name :
                List.of("server/libjvm.so", "libjava.so", "libjli.so", "libnio.so", "libnet.so", "libzip.so")) {
            Path library = home().resolve("lib").resolve(name);
            if (Files.exists(library)) {
                libraries.add(library);
            }
        }
        return libraries;
    }

    private static Path home() {
        return Path.of(System.getProperty("java.home"));
    }

    /**
     * A runtime that has been linked down.
     *
     * @param target where to put it if that has yet to be done: a folder that does not exist, within one that does
     */
    static Path linked(Path target) throws IOException, InterruptedException {
        // The module of all modules is in every JDK and JRE.
        if (ModuleFinder.ofSystem().find("java.se").isEmpty()) {
            return home();
        }
        link(target);
        return target;
    }

    /** A process of its own does it, for jlink leaves hundreds of megabytes behind. */
    private static void link(Path target) throws IOException, InterruptedException {
        Path jlink = home().resolve("bin/jlink");
        if (!Files.isExecutable(jlink) || !Files.isDirectory(home().resolve("jmods"))) {
            throw noJlink();
        }
        List<String> command = List.of(
                jlink.toString(),
                "--add-modules",
                MODULES,
                "--strip-debug",
                // The guest's root is its memory, and the classes it starts with come from the archive.
                "--compress=2",
                "--no-header-files",
                "--no-man-pages",
                "--output",
                target.toString());
        ProgramRun run = ProgramRun.of(command, target.resolveSibling(""), TIMEOUT);
        if (!run.succeeded()) {
            throw new ApplianceException("jlink cannot make a Java runtime: "
                    + (run.ended()
                            ? run.output().strip()
                            : "it did not end within " + TIMEOUT.toMinutes() + " minutes"));
        }
    }

    private static ApplianceException noJlink() {
        int version = Runtime.version().feature();
        return new ApplianceException("building the appliance takes a full JDK with jlink and its jmods folder, and "
                + home() + " is not one; install the package openjdk-" + version
                + "-jdk-headless (Fedora: java-" + version + "-openjdk-jmods)");
    }

    /** Adds a linked runtime to the appliance. */
    static void pack(Path runtime, Initramfs into) throws IOException {
        try (Stream<Path> files = Files.walk(runtime)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                String name = runtime.relativize(file).toString();
                if (Files.isRegularFile(file) && LEFT_OUT.stream().noneMatch(name::startsWith)) {
                    into.program(GUEST_FOLDER + "/" + name, file);
                }
            }
        }
    }
}
