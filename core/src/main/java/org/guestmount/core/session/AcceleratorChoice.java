package org.guestmount.core.session;

/** What the user asks of the accelerator. */
public enum AcceleratorChoice {
    /** KVM where it is proved to work, TCG elsewhere. */
    AUTOMATIC,
    /** KVM, and an error if it does not work. */
    FORCE_KVM,
    /** TCG. */
    FORCE_TCG
}
