package org.guestmount.core.fs;

import com.google.errorprone.annotations.Immutable;

/**
 * Names one inode among all of the guest's filesystems: what two hard links share.
 *
 * @param device the guest's {@code st_dev}
 * @param inode the inode number within it
 */
@Immutable
public record InodeKey(long device, long inode) {}
