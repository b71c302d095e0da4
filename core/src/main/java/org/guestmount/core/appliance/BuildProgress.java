package org.guestmount.core.appliance;

/** Hears of the steps of building an appliance. */
@FunctionalInterface
public interface BuildProgress {
    BuildProgress SILENT = (step, steps, what) -> {};

    /**
     * A step begins.
     *
     * @param step 1 to {@code steps}
     * @param steps how many there are
     * @param what a phrase for people, for example {@code "packing 84 kernel modules"}
     */
    void step(int step, int steps, String what);
}
