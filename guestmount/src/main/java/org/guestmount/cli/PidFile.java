package org.guestmount.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file of {@code --pid-file}: there from when the mount is ready until the image is safe. */
final class PidFile {
    private final Path file;
    private final String content = ProcessHandle.current().pid() + "\n";

    /** @param file absolute */
    PidFile(Path file) {
        this.file = file;
    }

    /** Finds out early what would keep it from being written. */
    void check() throws UserException {
        Path folder = file.getParent();
        if (folder == null || Files.isDirectory(file)) {
            throw new UserException("--pid-file " + file + ": is a directory; name a file");
        }
        if (!Files.isDirectory(folder)) {
            throw new UserException("--pid-file " + file + ": there is no directory " + folder);
        }
        if (!Files.isWritable(Files.exists(file) ? file : folder)) {
            throw new UserException("--pid-file " + file + ": not writable by you");
        }
    }

    void write() throws UserException {
        try {
            Files.writeString(file, content, StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UserException("--pid-file " + file + ": could not be written: " + e.getMessage(), e);
        }
    }

    /** Removes it, unless it has become another process's. */
    void remove() throws IOException {
        if (Files.exists(file)
                && Files.readString(file, StandardCharsets.ISO_8859_1).equals(content)) {
            Files.delete(file);
        }
    }
}
