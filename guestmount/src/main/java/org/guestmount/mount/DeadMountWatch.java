package org.guestmount.mount;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small process that takes the mount away if this one dies without having unmounted, whatever kills it: it reads from
 * a pipe that ends with this process. The mount is detached, so that programs using it do not keep it there, dead.
 *
 * <p>libfuse's {@code auto_unmount} does not do: its helper gives up where the mount is in use, and keeps every file this
 * process has open.
 */
final class DeadMountWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DeadMountWatch.class);

    /**
     * A line says that all is well; the end of the pipe, that it may not be. A mount that answers is another's by then.
     * It is asked of its filesystem, as the kernel keeps attributes, and answers with those of a mount that is dead. One
     * that is asked while it dies is said to be aborted. Signals of the terminal are for the process watched.
     */
    private static final String SCRIPT = "trap '' INT TERM HUP QUIT; read -r line && exit; "
            + "case $(LC_ALL=C stat -f -- \"$2\" 2>&1) in "
            + "*'not connected' | *'connection abort') exec \"$1\" -u -z -q -- \"$2\";; esac";

    private final OutputStream pipe;

    private DeadMountWatch(OutputStream pipe) {
        this.pipe = pipe;
    }

    static DeadMountWatch start(Path fusermount, Path mountpoint) throws IOException {
        Process process = new ProcessBuilder(List.of(
                        "/bin/sh", "-c", SCRIPT, "guestmount-watch", fusermount.toString(), mountpoint.toString()))
                .directory(new File("/"))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        return new DeadMountWatch(process.getOutputStream());
    }

    /** Ends the watch: the mount is gone. */
    @Override
    public void close() {
        try (pipe) {
            pipe.write('\n');
        } catch (IOException e) {
            LOG.debug("ending the watch: {}", e.getMessage());
        }
    }
}
