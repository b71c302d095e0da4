package org.guestmount.cli;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;

/** Where messages go once the caller has been left: {@code $XDG_STATE_HOME/guestmount/PID.log}. */
final class LogFile {
    private LogFile() {}

    /**
     * Makes it.
     *
     * @param instead the folder to use where the user has no home
     */
    static Path create(Map<String, String> environment, Path instead) throws IOException {
        String name = ProcessHandle.current().pid() + ".log";
        try {
            return createIn(stateFolder(environment, instead), name);
        } catch (IOException e) {
            return createIn(instead, name);
        }
    }

    private static Path createIn(Path folder, String name) throws IOException {
        Files.createDirectories(folder);
        Path path = folder.resolve(name);
        try {
            Files.createFile(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            // A former process of this number has left it.
            Files.newByteChannel(path, Set.of(StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING))
                    .close();
        }
        return path;
    }

    /** Source: the XDG base directory specification, by which a relative path does not count. */
    private static Path stateFolder(Map<String, String> environment, Path instead) {
        String state = environment.getOrDefault("XDG_STATE_HOME", "");
        if (state.startsWith("/")) {
            return Path.of(state, "guestmount");
        }
        String home = environment.getOrDefault("HOME", "");
        return home.startsWith("/") ? Path.of(home, ".local", "state", "guestmount") : instead;
    }

    static void removeIfEmpty(Path log) throws IOException {
        if (Files.isRegularFile(log) && Files.size(log) == 0) {
            Files.delete(log);
        }
    }
}
