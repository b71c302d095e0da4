package org.guestmount.core.fs;

/** Whether setxattr may make or must replace the attribute. Source: setxattr(2). */
public enum XattrMode {
    CREATE_OR_REPLACE(0),
    CREATE(1),
    REPLACE(2);

    private final int flags;

    XattrMode(int flags) {
        this.flags = flags;
    }

    /** The {@code XATTR_*} flag of setxattr(2), also the wire form. */
    public int flags() {
        return flags;
    }
}
