package org.guestmount.appliance.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prepares the daemon's classes for a quick start: Java's class data archive holds them parsed and verified, and is mapped into
 * memory instead of being read.
 *
 * <p>Java uses an archive only with the jar it was made from: same path as on the command line, same size, same time. So here and
 * in the appliance Java runs in the jar's folder and names it without one, and the jar's time is a constant.
 *
 * @see <a href="https://docs.oracle.com/en/java/javase/17/vm/class-data-sharing.html">Class Data Sharing</a>
 */
final class ClassArchive {
    static final String JAR = "daemon.jar";
    static final String ARCHIVE = "daemon.jsa";

    /** Where jffi looks below its library path; elsewhere it would unpack a copy of its own at every start. */
    static final String NATIVE_LIBRARY = "x86_64-Linux/libjffi-1.2.so";

    private static final String NATIVE_FOLDER = "x86_64-Linux";

    private static final Logger LOG = LoggerFactory.getLogger(ClassArchive.class);
    private static final String REHEARSAL = "org.guestmount.appliance.daemon.Rehearsal";
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private final Path java;
    private final Path runtime;
    private final Path folder;

    /**
     * @param runtime a linked Java runtime
     * @param folder an empty folder to work in
     */
    ClassArchive(Path runtime, Path folder) {
        this.java = runtime.resolve("bin/java");
        this.runtime = runtime;
        this.folder = folder;
    }

    /** Makes the archive in the folder. Without one Java starts too, only later, so that a failure is not the user's concern. */
    boolean make(DaemonJar daemon) throws IOException, InterruptedException {
        Path jar = folder.resolve(JAR);
        Files.write(jar, daemon.jar());
        Files.setLastModifiedTime(jar, FileTime.from(Initramfs.TIME, TimeUnit.SECONDS));
        Files.createDirectory(folder.resolve(NATIVE_FOLDER));
        Files.write(folder.resolve(NATIVE_LIBRARY), daemon.nativeLibrary());
        Path classes = folder.resolve("classes");
        Files.write(classes, classList(jar));
        return run("-Xshare:dump", "-XX:SharedClassListFile=" + classes, "-XX:SharedArchiveFile=" + ARCHIVE)
                && Files.exists(folder.resolve(ARCHIVE));
    }

    /** What the rehearsal used, what most programs use, and all of the daemon. */
    private List<String> classList(Path jar) throws IOException, InterruptedException {
        Path rehearsed = folder.resolve("rehearsed");
        Set<String> names = new LinkedHashSet<>();
        if (run("-Xshare:off", "-XX:DumpLoadedClassList=" + rehearsed, REHEARSAL, folder.toString())) {
            names.addAll(Files.readAllLines(rehearsed));
        }
        names.addAll(Files.readAllLines(runtime.resolve("lib/classlist")));
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            zip.stream()
                    .map(ZipEntry::getName)
                    .forEach(name -> names.add(name.substring(0, name.length() - ".class".length())));
        }
        names.removeIf(name -> name.startsWith("#"));
        return List.copyOf(names);
    }

    private boolean run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(java.toString()));
        command.addAll(Packing.JAVA_OPTIONS);
        command.addAll(List.of("-Djffi.boot.library.path=" + folder, "-cp", JAR));
        command.addAll(List.of(arguments));
        ProgramRun run = ProgramRun.of(command, folder, TIMEOUT);
        if (!run.succeeded()) {
            LOG.warn(
                    "the appliance will start more slowly: {} {}: {}",
                    String.join(" ", command),
                    run.ended() ? "failed" : "did not end",
                    run.output());
        }
        return run.succeeded();
    }
}
