package org.guestmount.core.fs;

import com.google.errorprone.annotations.Immutable;

/**
 * The flags of open(2) that reach the guest, numbered as on x86-64. Those that are the caller's own affair
 * ({@code O_CLOEXEC}, {@code O_NONBLOCK}, {@code O_NOFOLLOW}, {@code O_DIRECTORY}…) are dropped.
 *
 * @param bits as in {@code fcntl.h}
 */
@Immutable
public record OpenFlags(int bits) {
    public static final int WRONLY = 01;
    public static final int RDWR = 02;
    public static final int EXCL = 0200;
    public static final int TRUNC = 01000;
    public static final int APPEND = 02000;
    public static final int DSYNC = 010000;
    public static final int NOATIME = 01000000;
    public static final int SYNC = 04010000;

    private static final int ACCESS_MASK = 03;
    private static final int KEPT = ACCESS_MASK | EXCL | TRUNC | APPEND | DSYNC | NOATIME | SYNC;

    public static final OpenFlags READ_ONLY = new OpenFlags(0);
    public static final OpenFlags READ_WRITE = new OpenFlags(RDWR);

    public OpenFlags {
        bits &= KEPT;
    }

    /** Whether these flags let the file be changed: opened for writing, or truncated by the open itself. */
    public boolean mayModify() {
        return isWritable() || has(TRUNC);
    }

    public boolean isWritable() {
        return (bits & ACCESS_MASK) != 0;
    }

    public boolean isReadable() {
        return (bits & ACCESS_MASK) != WRONLY;
    }

    /** Whether all of these flag bits are set. */
    public boolean has(int flag) {
        return (bits & flag) == flag;
    }
}
