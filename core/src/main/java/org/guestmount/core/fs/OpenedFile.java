package org.guestmount.core.fs;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A file just opened.
 *
 * @param handle to be closed with {@link GuestFilesystem#release}
 * @param attributes after the open, so after a truncation it asked for
 * @param content all there is in a file of at most {@link GuestFilesystem#SMALL_FILE_BYTES} that was opened for reading only,
 *     as it was then; null for others, or if it was not read along
 */
public record OpenedFile(
        FileHandle handle,
        FileAttributes attributes,
        @Nullable ByteBuffer content) {
    public OpenedFile(FileHandle handle, FileAttributes attributes) {
        this(handle, attributes, null);
    }

    /** The same with these contents. */
    public OpenedFile with(ByteBuffer newContent) {
        return new OpenedFile(handle, attributes, newContent);
    }
}
