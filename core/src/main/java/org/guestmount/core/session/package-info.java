/**
 * A guest from launch to power-off: what is configured, what can go wrong, and who cleans up.
 *
 * <p>Threads, all daemon threads:
 *
 * <pre>
 * name             started by       may block  owns
 * qemu-console     QemuProcess      yes        reading the guest's console into ConsoleLog; calls the LaunchListener
 * qemu-stderr      QemuProcess      yes        reading QEMU's own messages into ConsoleLog
 * qmp              QmpClient        yes        reading the monitor's answers and events
 * </pre>
 *
 * <p>LOCK ORDERING: there are two locks, {@code ConsoleLog}'s on its lines and {@code QmpClient}'s on writing; neither is held while
 * another is taken, nor across a request to the guest. {@code GuestSession} has none: whoever exchanges its field
 * {@code closing} first does the closing, and all others wait for that to be done.
 */
@NullMarked
package org.guestmount.core.session;

import org.jspecify.annotations.NullMarked;
