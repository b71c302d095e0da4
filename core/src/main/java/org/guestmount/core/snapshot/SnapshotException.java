package org.guestmount.core.snapshot;

import java.io.IOException;

/** A saved guest cannot be used, and should be thrown away. The message says why. */
public final class SnapshotException extends IOException {
    private static final long serialVersionUID = 1;

    public SnapshotException(String message) {
        super(message);
    }
}
