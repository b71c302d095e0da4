package org.guestmount.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The files by which an administrator or user has guests mounted read-only unless {@code --rw} is given. They are
 * libguestfs's. Source: libguestfs-tools.conf(5).
 */
final class ConfigurationFiles {
    private static final String NAME = "libguestfs-tools.conf";

    private final List<Path> files;

    /** @param files the last of those that exist counts */
    ConfigurationFiles(List<Path> files) {
        this.files = List.copyOf(files);
    }

    /** Those of the system, then of {@code XDG_CONFIG_DIRS} from its end, then the user's. Relative folders do not count. */
    static ConfigurationFiles of(Map<String, String> environment) {
        List<Path> files = new ArrayList<>();
        files.add(Path.of("/etc", NAME));
        String[] shared = value(environment, "XDG_CONFIG_DIRS", "/etc/xdg").split(":", -1);
        for (int i = shared.length - 1; i >= 0; i--) {
            addIfAbsolute(files, shared[i], "libguestfs/" + NAME);
        }
        String home = value(environment, "HOME", "");
        addIfAbsolute(files, home, ".libguestfs-tools.rc");
        addIfAbsolute(files, value(environment, "XDG_CONFIG_HOME", home + "/.config"), "libguestfs/" + NAME);
        return new ConfigurationFiles(files);
    }

    private static String value(Map<String, String> environment, String variable, String absent) {
        String value = environment.getOrDefault(variable, "");
        return value.isEmpty() ? absent : value;
    }

    private static void addIfAbsolute(List<Path> files, String folder, String name) {
        if (folder.startsWith("/")) {
            files.add(Path.of(folder, name));
        }
    }

    /** Whether to mount read-only; not if no file says so. */
    boolean readOnly() throws UserException {
        boolean readOnly = false;
        for (Path file : files) {
            if (Files.isRegularFile(file)) {
                readOnly = new ConfigurationParser(file.toString(), read(file))
                        .readOnly()
                        .orElse(readOnly);
            }
        }
        return readOnly;
    }

    private static String read(Path file) throws UserException {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UserException(file + ": cannot be read; it may say that mounts are to be read-only", e);
        }
    }
}
