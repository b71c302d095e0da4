package org.guestmount.core.fs;

/** What {@link GuestFilesystem#seek} looks for. Source: lseek(2). */
public enum SeekTarget {
    DATA(3),
    HOLE(4);

    private final int whence;

    SeekTarget(int whence) {
        this.whence = whence;
    }

    /** {@code SEEK_DATA} or {@code SEEK_HOLE}, also the wire form. */
    public int whence() {
        return whence;
    }
}
