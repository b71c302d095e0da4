package org.guestmount.appliance.daemon;

/** Waiting for what the kernel does not tell us about. */
final class Pause {
    private Pause() {}

    /** Sleeps. An interrupt, which nobody sends here, ends it early. */
    static void millis(long duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
