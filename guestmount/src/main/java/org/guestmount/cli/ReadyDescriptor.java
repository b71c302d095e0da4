package org.guestmount.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The descriptor of {@code --fd}, inherited from the caller, who reads from its other end. */
final class ReadyDescriptor {
    private static final int ACCESS_MODE = 3;

    private final int descriptor;

    ReadyDescriptor(int descriptor) {
        this.descriptor = descriptor;
    }

    /** Finds out early whether it can be written to. Nothing of the JVM's own can be, this early. */
    void check() throws UserException {
        try {
            // The line is: flags: and the flags of open(2) in octal. Source: proc(5).
            int flags = Files.readAllLines(Path.of("/proc/self/fdinfo", Integer.toString(descriptor))).stream()
                    .filter(line -> line.startsWith("flags:"))
                    .mapToInt(line ->
                            Integer.parseInt(line.substring("flags:".length()).strip(), 8))
                    .findFirst()
                    .orElse(0);
            if ((flags & ACCESS_MODE) == 0) {
                throw new UserException("--fd " + descriptor + ": not open for writing");
            }
        } catch (IOException e) {
            throw new UserException("--fd " + descriptor + ": not open", e);
        }
    }

    /** Writes one zero byte, and closes it. */
    void signal(NativeProcess process) {
        process.writeZeroByte(descriptor);
        process.close(descriptor);
    }
}
