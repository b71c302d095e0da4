package org.guestmount.core.protocol;

import org.guestmount.core.fs.GuestFilesystemException;

/** A request that is answered by nothing but its success. */
public interface Command extends Request<Command.Done> {
    /** The one result of every command. */
    enum Done {
        DONE
    }

    /** Carries the command out. Called in the guest. */
    void perform(GuestServices guest) throws GuestFilesystemException;

    @Override
    default Done execute(GuestServices guest) throws GuestFilesystemException {
        perform(guest);
        return Done.DONE;
    }

    @Override
    default void encodeResult(Done result, WireWriter out) {}

    @Override
    default Done decodeResult(WireReader in) {
        return Done.DONE;
    }
}
