package org.guestmount.core.drive;

/**
 * A password or key. It is in no text but its own.
 *
 * @param base64 whether the data is the secret in base64, rather than itself
 */
public record Secret(String data, boolean base64) {
    @Override
    public String toString() {
        return "(secret)";
    }
}
