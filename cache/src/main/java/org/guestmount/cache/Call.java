package org.guestmount.cache;

import org.guestmount.core.fs.GuestFilesystemException;

/** A request to the guest. */
@FunctionalInterface
interface Call<R> {
    R run() throws GuestFilesystemException;
}
