package org.guestmount.cli;

import org.jspecify.annotations.Nullable;

/** Clevis gives no key. The message says why, in one line without control characters, to follow the volume's name. */
final class ClevisException extends Exception {
    private static final long serialVersionUID = 1;

    ClevisException(String message) {
        this(message, null);
    }

    ClevisException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
