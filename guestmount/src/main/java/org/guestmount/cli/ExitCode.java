package org.guestmount.cli;

/** How the commands end, as their manual pages promise. */
public enum ExitCode {
    SUCCESS(0),
    /** A usage error, or the command could not do its work. */
    FAILURE(1),
    /** guestunmount only: the mount is still there. */
    STILL_MOUNTED(2),
    /** guestunmount only: there was no mount to begin with. */
    NOT_MOUNTED(3);

    private final int status;

    ExitCode(int status) {
        this.status = status;
    }

    public int status() {
        return status;
    }
}
