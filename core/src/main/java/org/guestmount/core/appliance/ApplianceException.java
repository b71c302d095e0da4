package org.guestmount.core.appliance;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** No appliance could be had. The message says what is missing and what to do, for the user to read. */
public final class ApplianceException extends IOException {
    private static final long serialVersionUID = 1;

    public ApplianceException(String message) {
        this(message, null);
    }

    public ApplianceException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
