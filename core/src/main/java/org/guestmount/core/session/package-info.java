/**
 * A guest from launch to power-off: what is configured, what can go wrong, and who cleans up.
 *
 * <p>Threads, all daemon threads:
 *
 * <pre>
 * name             started by       may block  owns
 * qemu-start       GuestSession     yes        binding the daemon's socket while the appliance is looked up
 * qemu-wait        QemuProcess      yes        starting QEMU and reaping it, so the child's parent thread lives as long
 * qemu-console     QemuProcess      yes        reading the guest's console into ConsoleLog; calls the LaunchListener
 * qemu-stderr      QemuProcess      yes        reading QEMU's own messages into ConsoleLog
 * </pre>
 *
 * <p>LOCK ORDERING: {@link org.guestmount.core.session.GuestSession} has one lock, on its state; it is never held across a
 * request to the guest, nor while waiting for QEMU. {@code ConsoleLog} has one lock, under which nothing else is taken.
 */
@NullMarked
package org.guestmount.core.session;

import org.jspecify.annotations.NullMarked;
