package org.guestmount.core.fs;

import com.google.errorprone.annotations.Immutable;

/**
 * Who makes a new inode, and so owns it. A directory with the setgid bit gives its own group instead, as open(2) says.
 *
 * @param uid unsigned
 * @param gid unsigned
 */
@Immutable
public record Credentials(int uid, int gid) {
    public static final Credentials ROOT = new Credentials(0, 0);
}
