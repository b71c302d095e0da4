package org.guestmount.core.session;

/** The points a launch passes, in this order; those up to {@link #DAEMON_ANSWERED} again if KVM has to be given up. */
public enum LaunchMilestone {
    /** Kernel and initramfs are there. */
    APPLIANCE_OBTAINED,
    /** The QEMU process runs. */
    QEMU_STARTED,
    /** A saved guest goes on, with its drives. Left out by a launch that boots. */
    GUEST_RESUMED,
    /** The guest's daemon is there. */
    DAEMON_ANSWERED,
    /** The session can be used. */
    READY
}
