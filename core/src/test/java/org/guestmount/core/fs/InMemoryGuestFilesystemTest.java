package org.guestmount.core.fs;

/** The fake answers as the real ones have to. */
final class InMemoryGuestFilesystemTest extends GuestFilesystemContract {
    @Override
    protected GuestFilesystem openFilesystem() {
        return new InMemoryGuestFilesystem();
    }
}
