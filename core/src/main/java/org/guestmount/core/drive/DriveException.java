package org.guestmount.core.drive;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An image cannot be used. The message names the file and says what to do, for the user to read. */
public final class DriveException extends IOException {
    private static final long serialVersionUID = 1;

    DriveException(String message) {
        this(message, null);
    }

    DriveException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
