package org.guestmount.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** A pipe inherited from the caller, whose hang-up says that the caller has ended. */
final class HangupPipe {
    private HangupPipe() {}

    /**
     * Reads until nobody can write to it any more. Interrupts from the terminal are ignored from here on, for they are
     * meant for the caller, after whose end the work begins.
     *
     * @param descriptor of this process
     */
    static void awaitHangup(int descriptor) throws IOException {
        Path pipe = Path.of("/proc/self/fd", Integer.toString(descriptor));
        try {
            // Anything else is this process's own: the class path's files come on the lowest free descriptors.
            if (!Files.readAttributes(pipe, BasicFileAttributes.class).isOther()) {
                throw new IOException("--fd " + descriptor + ": not a pipe");
            }
            Signals.ignoreInterrupt();
            try (InputStream in = Files.newInputStream(pipe)) {
                in.transferTo(OutputStream.nullOutputStream());
            }
        } catch (NoSuchFileException e) {
            throw new IOException("--fd " + descriptor + ": not open", e);
        }
    }
}
