package org.guestmount.core.fs;

import com.google.errorprone.annotations.Immutable;

/**
 * A name in a directory with what it names. The entries {@code .} and {@code ..} are never listed.
 *
 * @param name the name's bytes, see {@link GuestPath}
 * @param details of the inode it names; where a filesystem is mounted on it, of that filesystem's root;
 *     {@link FileDetails#unreadable} if the guest cannot read it
 */
@Immutable
public record DirectoryEntry(String name, FileDetails details) {
    public DirectoryEntry {
        GuestPath.checkName(name);
    }
}
