package org.guestmount.cache;

import org.guestmount.core.fs.InodeKey;
import org.jspecify.annotations.Nullable;

/**
 * What an operation on a path or an open file is done on.
 *
 * @param place where the path leads; null for an open file
 * @param inode null if there is none, so that the operation has to fail
 */
record Target(@Nullable Place place, @Nullable InodeKey inode) {}
