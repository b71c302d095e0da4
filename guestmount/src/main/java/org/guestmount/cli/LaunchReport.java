package org.guestmount.cli;

import java.io.PrintStream;
import java.util.function.BooleanSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.guestmount.core.session.LaunchListener;
import org.guestmount.core.session.LaunchMilestone;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the user how the launch goes: what takes long or is odd always, the rest under {@code -v}. On a terminal the making of
 * the appliance is a progress bar, elsewhere a line for each step.
 */
final class LaunchReport implements LaunchListener {
    private static final Logger LOG = LoggerFactory.getLogger(LaunchReport.class);
    private static final int BAR_COLUMNS = 79;
    private static final int BAR_UPDATE_MILLIS = 200;

    private static final int STANDARD_ERROR = 2;

    private final String program;
    private final PrintStream err;
    private final BooleanSupplier terminal;
    private final long started = System.nanoTime();
    private @Nullable ProgressBar bar;

    /**
     * @param program that speaks
     * @param terminal whether {@code err} is one; asked only if it matters
     */
    LaunchReport(String program, PrintStream err, BooleanSupplier terminal) {
        this.program = program;
        this.err = err;
        this.terminal = terminal;
    }

    /**
     * For the process's standard error.
     *
     * @param err what writes to it
     */
    static LaunchReport onStandardError(String program, PrintStream err) {
        return new LaunchReport(program, err, () -> new NativeProcess().isTerminal(STANDARD_ERROR));
    }

    @Override
    public void milestone(LaunchMilestone milestone) {
        if (milestone == LaunchMilestone.READY) {
            finish();
        }
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
        finish();
        err.println(program + ": " + message);
    }

    @Override
    public void applianceStep(int step, int steps, String what) {
        if (!terminal.getAsBoolean()) {
            err.println(program + ": making the appliance, step " + step + " of " + steps + ": " + what);
            return;
        }
        if (step == 1) {
            finish();
        }
        ProgressBar shown = bar;
        if (shown == null) {
            shown = new ProgressBarBuilder()
                    .setTaskName("appliance")
                    .setInitialMax(steps)
                    .setUpdateIntervalMillis(BAR_UPDATE_MILLIS)
                    .setConsumer(new ConsoleProgressBarConsumer(err, BAR_COLUMNS))
                    .build();
            bar = shown;
        }
        shown.setExtraMessage(what);
        shown.stepTo(step - 1L);
    }

    @Override
    public void consoleLine(String line) {
        LOG.debug("guest: {}", line);
    }

    /** Leaves what was shown of the appliance's making as it is. */
    void finish() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
