package org.guestmount.cache;

import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;

/**
 * Lets things happen between an operation's being sent and the guest's doing it, and between that and the reply's
 * arrival, which is all that threads could do to one another and is repeatable.
 */
final class MeanwhileFilesystem extends AroundFilesystem {
    private Runnable onTheWay = () -> {};
    private Runnable onTheWayBack = () -> {};

    MeanwhileFilesystem(GuestFilesystem delegate) {
        super(delegate);
    }

    /** What happens before the guest does the next operation; operations it causes are not interrupted. */
    void beforeNext(Runnable event) {
        onTheWay = event;
    }

    /** What happens after the guest did the next operation, before its reply arrives. */
    void afterNext(Runnable event) {
        onTheWayBack = event;
    }

    @Override
    protected <R> R around(Call<R> operation) throws GuestFilesystemException {
        Runnable after = onTheWayBack;
        onTheWayBack = () -> {};
        Runnable before = onTheWay;
        onTheWay = () -> {};
        before.run();
        try {
            return operation.run();
        } finally {
            after.run();
        }
    }
}
