package org.guestmount.core.libvirt;

import java.io.IOException;

/** A domain's disks cannot be had. The message is for the user to read, and says the remedy where there is one. */
public final class LibvirtException extends IOException {
    private static final long serialVersionUID = 1;

    LibvirtException(String message) {
        super(message);
    }

    LibvirtException(String message, Throwable cause) {
        super(message, cause);
    }
}
