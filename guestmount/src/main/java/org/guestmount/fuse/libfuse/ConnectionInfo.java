package org.guestmount.fuse.libfuse;

import jnr.ffi.Pointer;

/** {@code struct fuse_conn_info} of libfuse 2.9: what is agreed with the kernel at the start. Source: fuse_common.h. */
final class ConnectionInfo {
    private static final int CAPABLE = 20;
    private static final int WANT = 24;
    private static final int MAX_BACKGROUND = 28;
    private static final int CONGESTION_THRESHOLD = 32;

    private static final int ATOMIC_O_TRUNC = 1 << 3;
    private static final int BIG_WRITES = 1 << 5;

    /** Readahead and asynchronous writes under way at once; the kernel's own default of 12 starves parallel readers. */
    private static final int BACKGROUND_REQUESTS = 64;

    private ConnectionInfo() {}

    static void negotiate(Pointer connection) {
        int wanted = (ATOMIC_O_TRUNC | BIG_WRITES) & connection.getInt(CAPABLE);
        connection.putInt(WANT, connection.getInt(WANT) | wanted);
        connection.putInt(MAX_BACKGROUND, BACKGROUND_REQUESTS);
        connection.putInt(CONGESTION_THRESHOLD, BACKGROUND_REQUESTS * 3 / 4);
    }
}
