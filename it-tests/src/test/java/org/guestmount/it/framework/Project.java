package org.guestmount.it.framework;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** Where the things under test are: the tests run in their module's folder. */
public final class Project {
    private Project() {}

    /** The folder with {@code bin/}: this project's, or where {@code -Dit.project} says. */
    public static Path folder() {
        return Path.of(System.getProperty("it.project", "..")).toAbsolutePath().normalize();
    }

    /** For images, the appliance and reports of failures; removed by {@code mvn clean}. */
    public static Path outputFolder() {
        return Path.of("target", "it").toAbsolutePath();
    }

    /** A folder there that other JVMs, which run other tests at the same time, do not use. */
    static Path ownFolder(String name) {
        return outputFolder().resolve(name + "-" + System.getProperty("it.fork", "1"));
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
        Path folder = outputFolder().resolve(name);
        if (!Files.exists(folder)) {
            Path making = Path.of(folder + ".making");
            Command.of("rm", "-rf", making).run();
            maker.fill(Files.createDirectories(making));
            Files.move(making, folder);
        }
        return folder;
    }
}
