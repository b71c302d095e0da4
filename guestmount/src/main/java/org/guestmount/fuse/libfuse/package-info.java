/**
 * FUSE through libfuse 2.9 and jnr-fuse: the native structures, the callbacks and the loop that receives requests.
 *
 * <p>Threads: {@code fuse-worker-N} receive requests and run callbacks, which may block on the guest; each owns its
 * receive buffer. {@code fuse-teardown} waits for all of them to end, then releases what is open and destroys libfuse's
 * objects. No lock is held across a callback but libfuse's own of the paths concerned.
 */
@NullMarked
package org.guestmount.fuse.libfuse;

import org.jspecify.annotations.NullMarked;
