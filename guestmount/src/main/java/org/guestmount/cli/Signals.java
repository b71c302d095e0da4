package org.guestmount.cli;

import java.util.List;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * The signals that ask a process to end. The JVM has no other interface to them than {@code sun.misc}, which the module
 * jdk.unsupported exports for this purpose.
 */
final class Signals {
    private static final List<String> TERMINATION = List.of("HUP", "INT", "TERM");

    private Signals() {}

    /**
     * Runs this, on a thread of its own, at each of the signals; the process then ends only by its own will. A signal
     * that the process was started to ignore, as by nohup(1), stays ignored.
     */
    static void onTermination(Runnable action) {
        TERMINATION.forEach(name -> Signal.handle(new Signal(name), signal -> action.run()));
    }

    /** Ignores the terminal's interrupt key. */
    static void ignoreInterrupt() {
        Signal.handle(new Signal("INT"), SignalHandler.SIG_IGN);
    }
}
