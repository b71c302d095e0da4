package org.guestmount.core.appliance;

/** Where an appliance comes from. */
@FunctionalInterface
public interface ApplianceSource {
    /**
     * An appliance that is ready to boot, built first if there is none. Its files stay in place while in use.
     *
     * @param progress told of the steps of building, if any
     */
    Appliance obtain(BuildProgress progress) throws ApplianceException, InterruptedException;
}
