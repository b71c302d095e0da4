package org.guestmount.core.session;

/** An environment variable has a value that cannot be used. The message names both, for the user to read. */
public final class SettingsException extends Exception {
    private static final long serialVersionUID = 1;

    SettingsException(String message) {
        super(message);
    }
}
