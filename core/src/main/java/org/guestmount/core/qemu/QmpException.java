package org.guestmount.core.qemu;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** QEMU refused a command of its monitor, or is gone. */
public final class QmpException extends IOException {
    private static final long serialVersionUID = 1;

    QmpException(String message) {
        this(message, null);
    }

    QmpException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
