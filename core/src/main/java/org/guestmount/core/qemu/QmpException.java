package org.guestmount.core.qemu;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** QEMU refused a command of its monitor, or is gone. */
public final class QmpException extends IOException {
    private static final long serialVersionUID = 1;

    private final boolean gone;

    QmpException(String message) {
        this(message, null);
    }

    QmpException(String message, @Nullable Throwable cause) {
        this(message, cause, false);
    }

    private QmpException(String message, @Nullable Throwable cause, boolean gone) {
        super(message, cause);
        this.gone = gone;
    }

    /** @param cause how the connection ended; null if it had before */
    static QmpException gone(String command, @Nullable Throwable cause) {
        return new QmpException(command + ": QEMU is gone", cause, true);
    }

    /** Whether the connection has ended, so that nothing is known of the command; QEMU has exited, or soon will have. */
    public boolean isGone() {
        return gone;
    }
}
