package org.guestmount.core.fs;

/** What an operation is done on: a path, not following a final symbolic link, or an open file. */
public sealed interface FileReference permits GuestPath, FileHandle {}
