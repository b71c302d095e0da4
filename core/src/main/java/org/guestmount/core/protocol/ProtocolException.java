package org.guestmount.core.protocol;

import java.io.IOException;

/** Bytes from the other end are not what the protocol allows. */
public final class ProtocolException extends IOException {
    private static final long serialVersionUID = 1;

    public ProtocolException(String message) {
        super(message);
    }

    public ProtocolException(String message, Throwable cause) {
        super(message, cause);
    }
}
