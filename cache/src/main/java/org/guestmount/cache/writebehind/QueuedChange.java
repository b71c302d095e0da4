package org.guestmount.cache.writebehind;

import org.guestmount.core.fs.ChangeOutcome;
import org.guestmount.core.fs.TreeChange;
import org.jspecify.annotations.Nullable;

/** A change that has been answered and waits in a {@link ChangeQueue} for its turn. */
interface QueuedChange {
    /** What it takes in a message without data, about, in bytes. */
    int bytes();

    /** Its data, in bytes. */
    int dataBytes();

    /** What is to be done, which stays so from now on; null if nothing is any more. Asked once. */
    @Nullable
    TreeChange take();

    /** What came of it. The queue stands still until this returns. */
    void done(ChangeOutcome outcome);
}
