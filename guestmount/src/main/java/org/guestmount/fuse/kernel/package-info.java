/**
 * FUSE as the kernel speaks it: requests are read from and answered on /dev/fuse. Source: linux/fuse.h, fuse(4).
 *
 * <p>Threads: {@code fuse-worker-N} receive requests and carry them out, which may block on the guest; each owns its
 * two buffers. {@code fuse-teardown} waits for all of them to end, then releases what is open and closes the device.
 *
 * <p>Locks are held across calls to the guest, see {@link NodeLocks}: what a path names must not change while it is on
 * its way. None is taken while another of its kind is held. {@link NodeTable}'s own lock comes last and is never held
 * across a call.
 */
@NullMarked
package org.guestmount.fuse.kernel;

import org.jspecify.annotations.NullMarked;
