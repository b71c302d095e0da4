package org.guestmount.cli;

import org.jspecify.annotations.Nullable;

/** The command cannot go on. The message is for the user: what is wrong, and what to do about it. */
final class UserException extends Exception {
    private static final long serialVersionUID = 1;

    UserException(String message) {
        this(message, null);
    }

    UserException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
