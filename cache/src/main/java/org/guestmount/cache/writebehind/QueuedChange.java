package org.guestmount.cache.writebehind;

import org.guestmount.core.fs.ChangeOutcome;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.TreeChange;

/** A change that has been answered and waits in a {@link ChangeQueue} for its turn. */
interface QueuedChange {
    /** What it is done to. */
    GuestPath path();

    /** Its data, in bytes. */
    default int dataBytes() {
        return 0;
    }

    /** What is to be done, which stays so from now on. Asked once. */
    TreeChange take();

    /** What came of it. The queue stands still until this returns. */
    void done(ChangeOutcome outcome);
}
