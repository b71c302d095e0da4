package org.guestmount.core.fs;

/**
 * A file just opened.
 *
 * @param handle to be closed with {@link GuestFilesystem#release}
 * @param attributes after the open, so after a truncation it asked for
 */
public record OpenedFile(FileHandle handle, FileAttributes attributes) {}
