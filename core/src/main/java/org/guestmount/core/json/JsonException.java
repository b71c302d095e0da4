package org.guestmount.core.json;

import java.io.IOException;

/** Text is not JSON, or a member is missing or of another type. */
public final class JsonException extends IOException {
    private static final long serialVersionUID = 1;

    JsonException(String message) {
        super(message);
    }
}
