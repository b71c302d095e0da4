package org.guestmount.fuse.libfuse;

import jnr.ffi.Pointer;

/**
 * {@code struct fuse_file_info} of libfuse 2.9 on a 64-bit machine; jnr-fuse cannot set its bits. Source: fuse_common.h.
 */
record FileInfo(Pointer memory) {
    private static final int FLAGS = 0;
    private static final int BITS = 20;
    private static final int HANDLE = 24;

    private static final int KEEP_CACHE = 1 << 1;

    /** The flags of open(2). */
    int flags() {
        return memory.getInt(FLAGS);
    }

    long handle() {
        return memory.getLong(HANDLE);
    }

    void setHandle(long handle) {
        memory.putLong(HANDLE, handle);
    }

    /** The kernel need not forget what it has cached of the file's data. */
    void keepCache() {
        memory.putInt(BITS, memory.getInt(BITS) | KEEP_CACHE);
    }
}
