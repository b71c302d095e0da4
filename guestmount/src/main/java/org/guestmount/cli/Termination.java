package org.guestmount.cli;

import com.google.errorprone.annotations.concurrent.GuardedBy;

/**
 * A request to end, such as a signal's, and what it does at the present stage of the work. Threads: any; actions run under
 * the lock, so that none of an earlier stage runs in a later one.
 */
final class Termination {
    @GuardedBy("this")
    private Runnable action;

    @GuardedBy("this")
    private boolean requested;

    /** @param action run at the first request */
    Termination(Runnable action) {
        this.action = action;
    }

    /** Later requests do nothing: ending is under way, and hurrying it would lose data. */
    synchronized void request() {
        if (!requested) {
            requested = true;
            action.run();
        }
    }

    /** A new stage begins. If the request has come by then, its action is run at once. */
    synchronized void enter(Runnable stageAction) {
        action = stageAction;
        if (requested) {
            action.run();
        }
    }

    synchronized boolean isRequested() {
        return requested;
    }
}
