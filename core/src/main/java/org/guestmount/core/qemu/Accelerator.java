package org.guestmount.core.qemu;

/** How QEMU runs the guest's instructions. */
public enum Accelerator {
    /** The host's hardware virtualisation. */
    KVM("kvm", "host"),

    /**
     * Emulation. The plain processor model leaves out what costs the emulator most for nothing: five-level paging, SMAP
     * and protection keys.
     */
    TCG("tcg,thread=multi", "Nehalem");

    private final String option;
    private final String processor;

    Accelerator(String option, String processor) {
        this.option = option;
        this.processor = processor;
    }

    /** For {@code -accel}. */
    String option() {
        return option;
    }

    /** For {@code -cpu}. */
    String processor() {
        return processor;
    }
}
