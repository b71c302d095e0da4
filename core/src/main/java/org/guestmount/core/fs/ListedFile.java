package org.guestmount.core.fs;

/**
 * A file as it was found in a directory.
 *
 * @param name in the directory
 * @param key its inode's at that time, which another may have by now unless the filesystem is mounted read-only
 */
public record ListedFile(String name, InodeKey key) {}
