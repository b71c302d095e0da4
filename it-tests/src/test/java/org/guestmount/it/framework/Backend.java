package org.guestmount.it.framework;

import java.util.Locale;

/** What carries the kernel's requests: a value of {@code --fuse-backend}. */
public enum Backend {
    KERNEL,
    /**
     * libfuse 2. To the kernel each name of a file is a file of its own there; holes and the flags of renameat2 are not
     * known to it.
     */
    JNR;

    String argument() {
        return "--fuse-backend=" + name().toLowerCase(Locale.ROOT);
    }
}
