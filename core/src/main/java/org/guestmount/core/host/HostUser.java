package org.guestmount.core.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Who this process runs as. */
public final class HostUser {
    private HostUser() {}

    /** The effective user id: the owner of the process's folder in {@code /proc}. Source: proc(5). */
    public static int id() {
        try {
            return owner(Path.of("/proc/self/task"));
        } catch (IOException e) {
            throw new UncheckedIOException("/proc is not mounted", e);
        }
    }

    /** The numeric owner of a file; of a symbolic link itself. */
    public static int owner(Path file) throws IOException {
        return (Integer) Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    }
}
