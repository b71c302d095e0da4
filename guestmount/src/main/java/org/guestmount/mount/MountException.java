package org.guestmount.mount;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A mount or unmount was refused. The message is for the user: what is wrong, and what to do about it. */
public final class MountException extends IOException {
    private static final long serialVersionUID = 1;

    public MountException(String message) {
        super(message);
    }

    public MountException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
