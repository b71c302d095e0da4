package org.guestmount.core.session;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The guest could not be launched. The message is for the user to read, and says the remedy where there is one. */
public final class LaunchException extends IOException {
    private static final long serialVersionUID = 1;

    /** Why, for callers that treat some reasons differently. */
    public enum Reason {
        /** An image cannot be used: see the message. */
        DRIVE,
        /** An image is locked by another process. */
        IMAGE_IN_USE,
        /** There is no appliance, and none could be built. */
        APPLIANCE,
        /** There is no QEMU, or it cannot be run. */
        QEMU_MISSING,
        /** QEMU ended by itself. */
        QEMU_FAILED,
        /** QEMU was built without a sandbox. A launch then goes on without, so this reaches nobody. */
        SANDBOX,
        /** The host refuses QEMU the memory the guest should have. */
        OUT_OF_MEMORY,
        /** A saved guest cannot be resumed. A launch then goes on without, so this reaches nobody. */
        SNAPSHOT,
        /** KVM was demanded and does not work. */
        KVM,
        /** The guest's kernel or daemon died. */
        GUEST_DIED,
        /** Nothing was heard of the guest for too long. */
        TIMED_OUT,
        /** A file or socket of the session could not be made. */
        HOST
    }

    private final Reason reason;
    private final List<String> consoleTail;

    LaunchException(Reason reason, String message, List<String> consoleTail, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.consoleTail = List.copyOf(consoleTail);
    }

    LaunchException(Reason reason, String message, @Nullable Throwable cause) {
        this(reason, message, List.of(), cause);
    }

    public Reason reason() {
        return reason;
    }

    /** The last lines of the guest's console, oldest first; empty if there were none or they do not matter. */
    public List<String> consoleTail() {
        return consoleTail;
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
