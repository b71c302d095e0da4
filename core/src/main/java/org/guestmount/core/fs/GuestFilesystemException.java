package org.guestmount.core.fs;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An operation on the guest's filesystems failed with an error number. */
public final class GuestFilesystemException extends IOException {
    private static final long serialVersionUID = 1;

    private final Errno errno;

    public GuestFilesystemException(Errno errno, String message) {
        this(errno, message, null);
    }

    public GuestFilesystemException(Errno errno, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.errno = errno;
    }

    /** What failed and why, as {@code operation subject: description}. */
    public static GuestFilesystemException of(Errno errno, String operation, Object subject) {
        return new GuestFilesystemException(errno, operation + " " + subject + ": " + errno.description());
    }

    public Errno errno() {
        return errno;
    }

    /** Errors are answers here, not accidents; filling a stack trace would dominate the cost of a failed lookup. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
