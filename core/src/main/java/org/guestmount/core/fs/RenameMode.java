package org.guestmount.core.fs;

/** What rename does with an existing target. Source: renameat2(2). */
public enum RenameMode {
    REPLACE(0),
    NO_REPLACE(1),
    EXCHANGE(2);

    private final int flags;

    RenameMode(int flags) {
        this.flags = flags;
    }

    /** The {@code RENAME_*} flag of renameat2(2), also the wire form. */
    public int flags() {
        return flags;
    }
}
