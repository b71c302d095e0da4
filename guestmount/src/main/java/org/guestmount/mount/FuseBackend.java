package org.guestmount.mount;

/** What carries the kernel's requests. */
public enum FuseBackend {
    /** The kernel's own protocol, spoken on /dev/fuse. */
    KERNEL,
    /** libfuse 2, by way of jnr-fuse. */
    JNR
}
