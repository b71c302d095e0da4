package org.guestmount.appliance.daemon;

/** The machine's power. Source: reboot(2). */
final class Power {
    private Power() {}

    /** Turns it off at once; what was not synced is lost. */
    static void off() {
        Libc.syscall(Abi.SYS_REBOOT, Abi.REBOOT_MAGIC1, Abi.REBOOT_MAGIC2, Abi.REBOOT_POWER_OFF, 0, 0);
    }

    /** Turns it off after a time, whatever goes on then. */
    static void offAfter(int millis) {
        Thread timer = new Thread("power-off") {
            @Override
            public void run() {
                Pause.millis(millis);
                off();
            }
        };
        timer.setDaemon(true);
        timer.start();
    }
}
