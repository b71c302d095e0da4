package org.guestmount.it.framework;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Where the things under test are: the tests run in their module's folder. */
public final class Project {
    private static final Map<String, Path> OWN_FOLDERS = new HashMap<>();

    /** Held as long as this JVM runs. */
    private static final List<FileChannel> LOCKS = new ArrayList<>();

    private Project() {}

    /** The folder with {@code bin/}: this project's, or where {@code -Dit.project} says. */
    public static Path folder() {
        return Path.of(System.getProperty("it.project", "..")).toAbsolutePath().normalize();
    }

    /** For images, the appliance and reports of failures; removed by {@code mvn clean}. */
    public static Path outputFolder() {
        return Path.of("target", "it").toAbsolutePath();
    }

    /** There, what programs under test have as {@code XDG_CACHE_HOME}. */
    static Path cacheFolder() {
        return outputFolder().resolve("cache");
    }

    /** A folder there that other JVMs, which run other tests at the same time, do not use: the first that is free, until this JVM ends. */
    @SuppressWarnings("MustBeClosedChecker")
    static synchronized Path ownFolder(String name) throws IOException {
        Path own = OWN_FOLDERS.get(name);
        for (int number = 1; own == null; number++) {
            Path folder = Files.createDirectories(outputFolder().resolve(name + "-" + number));
            FileChannel lock =
                    FileChannel.open(Path.of(folder + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (lock.tryLock() == null) {
                lock.close();
            } else {
                OWN_FOLDERS.put(name, folder);
                LOCKS.add(lock);
                own = folder;
            }
        }
        return own;
    }

    /** A text file kept beside a class. */
    public static String resource(Class<?> neighbour, String name) {
        try (InputStream source = Objects.requireNonNull(neighbour.getResourceAsStream(name), name)) {
            return new String(source.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How to fill a folder. */
    @FunctionalInterface
    public interface Maker {
        void fill(Path folder) throws IOException;
    }

    /** A folder that is kept for later runs. The name has to change with what is made. */
    public static Path madeOnce(String name, Maker maker) throws IOException {
        Path folder = Files.createDirectories(outputFolder()).resolve(name);
        // Of two JVMs that need it one makes it.
        try (FileChannel lock = FileChannel.open(
                        Path.of(folder + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = lock.lock()) {
            if (held.isValid() && !Files.exists(folder)) {
                Path making = Path.of(folder + ".making");
                Command.of("rm", "-rf", making).run();
                maker.fill(Files.createDirectories(making));
                Files.move(making, folder);
            }
        }
        return folder;
    }
}
