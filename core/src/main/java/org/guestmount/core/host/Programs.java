package org.guestmount.core.host;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Finds programs as a shell does. */
public final class Programs {
    private Programs() {}

    /** The first executable file of this name in the folders. */
    public static Optional<Path> find(String name, List<Path> searchPath) {
        return searchPath.stream()
                .map(folder -> folder.resolve(name))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }
}
