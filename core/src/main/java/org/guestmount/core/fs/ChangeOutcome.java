package org.guestmount.core.fs;

import org.jspecify.annotations.Nullable;

/**
 * What came of a {@link TreeChange}.
 *
 * @param attributes afterwards; null if it failed or nothing is left
 * @param failure null if it was done
 */
public record ChangeOutcome(
        @Nullable FileAttributes attributes, @Nullable Errno failure) {
    /** Does it, and tells what came of it. */
    public static ChangeOutcome of(TreeChange change, GuestFilesystem filesystem) {
        try {
            return new ChangeOutcome(change.applyTo(filesystem), null);
        } catch (GuestFilesystemException e) {
            return new ChangeOutcome(null, e.errno());
        }
    }
}
