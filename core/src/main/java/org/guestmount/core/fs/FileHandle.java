package org.guestmount.core.fs;

import com.google.errorprone.annotations.Immutable;

/**
 * An open file, or a listing under way, in the guest.
 *
 * @param id chosen by the guest, unique for as long as the daemon runs and never 0
 */
@Immutable
public record FileHandle(long id) implements FileReference {
    public FileHandle {
        if (id == 0) {
            throw new IllegalArgumentException("0 is not a handle");
        }
    }
}
