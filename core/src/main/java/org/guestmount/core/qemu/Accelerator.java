package org.guestmount.core.qemu;

/** How QEMU runs the guest's instructions. */
public enum Accelerator {
    /** The host's hardware virtualisation. */
    KVM("kvm", "host", "tsc=reliable"),

    /**
     * Emulation. The plain processor model leaves out what costs the emulator most for nothing: five-level paging, SMAP
     * and protection keys. The cache of translated code is bounded, for its default grows to a quarter of the guest's memory.
     *
     * <p>The emulated time stamp counter ticks as the host's does, and the guest can only guess how fast that is: on a busy host its
     * guess has been wrong by a factor of twelve. So its clock is the ACPI timer.
     */
    TCG("tcg,thread=multi,tb-size=32", "Nehalem", "tsc=unstable");

    private final String option;
    private final String processor;
    private final String clockArgument;

    Accelerator(String option, String processor, String clockArgument) {
        this.option = option;
        this.processor = processor;
        this.clockArgument = clockArgument;
    }

    /** For {@code -accel}. */
    String option() {
        return option;
    }

    /** For {@code -cpu}. */
    String processor() {
        return processor;
    }

    /** For the guest's kernel: how far it may trust the time stamp counter. */
    String clockArgument() {
        return clockArgument;
    }
}
