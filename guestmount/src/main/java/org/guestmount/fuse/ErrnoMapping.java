package org.guestmount.fuse;

import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place where something thrown becomes the error number that the kernel is answered. */
public final class ErrnoMapping {
    private static final Logger LOG = LoggerFactory.getLogger(ErrnoMapping.class);

    private ErrnoMapping() {}

    /** What an operation does; its result is 0, or a count of bytes, or a negative error number. */
    @FunctionalInterface
    public interface Body {
        int run() throws Exception;
    }

    /** Runs an operation and answers with its result or, whatever it throws, with a negative error number. */
    // Nothing may be thrown into native code, not even an Error: it would be lost, and the answer be success.
    @SuppressWarnings("CatchAndPrintStackTrace")
    public static int guarded(String operation, Body body) {
        try {
            return body.run();
        } catch (Throwable thrown) {
            return -errnoOf(operation, thrown).number();
        }
    }

    /**
     * The error number for something thrown, logged once: the one it carries; {@code EINTR} for an interruption;
     * {@code EOPNOTSUPP} for what is not supported ({@code ENOSYS} would make the kernel never ask again);
     * {@code EIO} for anything else, which is a defect or a lost guest.
     */
    public static Errno errnoOf(String operation, Throwable thrown) {
        if (thrown instanceof GuestFilesystemException refused) {
            LOG.trace("{}: {}", operation, refused.getMessage());
            return refused.errno();
        }
        if (thrown instanceof InterruptedException
                || thrown instanceof InterruptedIOException
                || thrown instanceof ClosedByInterruptException) {
            LOG.debug("{}: interrupted", operation);
            return Errno.EINTR;
        }
        if (thrown instanceof UnsupportedOperationException) {
            LOG.debug("{}: not supported: {}", operation, thrown.getMessage());
            return Errno.EOPNOTSUPP;
        }
        LOG.error("{} failed unexpectedly; answered with EIO", operation, thrown);
        return Errno.EIO;
    }
}
