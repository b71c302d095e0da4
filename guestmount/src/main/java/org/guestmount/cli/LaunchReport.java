package org.guestmount.cli;

import java.io.PrintStream;
import org.guestmount.core.session.LaunchListener;
import org.guestmount.core.session.LaunchMilestone;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the user how the launch goes: what takes long or is odd always, the rest under {@code -v}. */
final class LaunchReport implements LaunchListener {
    private static final Logger LOG = LoggerFactory.getLogger(LaunchReport.class);

    private final PrintStream err;
    private final long started = System.nanoTime();

    LaunchReport(PrintStream err) {
        this.err = err;
    }

    @Override
    public void milestone(LaunchMilestone milestone) {
        LOG.info("{} after {} ms", text(milestone), (System.nanoTime() - started) / 1_000_000);
    }

    private static String text(LaunchMilestone milestone) {
        return switch (milestone) {
            case APPLIANCE_OBTAINED -> "appliance found";
            case QEMU_STARTED -> "QEMU started";
            case GUEST_RESUMED -> "guest resumed";
            case DAEMON_ANSWERED -> "guest's daemon answered";
            case READY -> "guest ready";
        };
    }

    @Override
    public void notice(String message) {
        err.println("guestmount: " + message);
    }

    @Override
    public void applianceStep(int step, int steps, String what) {
        err.println("guestmount: making the appliance, step " + step + " of " + steps + ": " + what);
    }

    @Override
    public void consoleLine(String line) {
        LOG.debug("guest: {}", line);
    }
}
