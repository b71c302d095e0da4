package org.guestmount.core.session;

import java.io.IOException;
import java.nio.file.Path;
import org.guestmount.core.drive.ScratchFolder;
import org.jspecify.annotations.Nullable;

/** A {@link RunFolder} made when it is needed; most launches do not. Owns it. Used by one thread. */
final class Scratch implements ScratchFolder, AutoCloseable {
    private final Path base;
    private @Nullable RunFolder folder;

    Scratch(Path base) {
        this.base = base;
    }

    @Override
    public Path path() throws IOException {
        RunFolder made = folder;
        if (made == null) {
            made = RunFolder.in(base);
            folder = made;
        }
        return made.path();
    }

    @Override
    public void close() throws IOException {
        if (folder != null) {
            folder.close();
        }
    }
}
