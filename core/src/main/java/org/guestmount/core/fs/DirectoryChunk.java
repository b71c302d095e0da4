package org.guestmount.core.fs;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a directory's listing.
 *
 * @param entries in the filesystem's order; may be empty even where more follow
 * @param next what to pass to {@link GuestFilesystem#readDirectory} for the following part; null at the end. A listing
 *     given up before its end must be closed with {@link GuestFilesystem#release}.
 */
public record DirectoryChunk(
        List<DirectoryEntry> entries, @Nullable FileHandle next) {
    public DirectoryChunk {
        entries = List.copyOf(entries);
    }
}
