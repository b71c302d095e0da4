package org.guestmount.core.session;

/** Hears how a launch goes. Called from several threads, never two at once from the same; must not block for long. */
public interface LaunchListener {
    /** Listens to nothing. */
    LaunchListener SILENT = new LaunchListener() {};

    /** A point is passed. */
    default void milestone(LaunchMilestone milestone) {}

    /** The user should know this, and nothing need be done about it: one sentence, for example that KVM is broken. */
    default void notice(String message) {}

    /** A step of building the appliance begins, as {@link org.guestmount.core.appliance.BuildProgress#step} says. */
    default void applianceStep(int step, int steps, String what) {}

    /** The guest's console printed a line; without its end, control characters replaced. Also after the launch. */
    default void consoleLine(String line) {}
}
