package org.guestmount.appliance.daemon;

import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;

/**
 * A name in a directory, where something is to be made, moved or removed. Owns the directory's descriptor.
 *
 * @param directory an {@code O_PATH} descriptor
 */
record NamedPlace(int directory, String name) implements AutoCloseable {
    /**
     * @param ofRoot the error for the root directory, which has no name
     */
    static NamedPlace of(GuestRoot root, GuestPath path, Errno ofRoot, String operation)
            throws GuestFilesystemException {
        if (path.isRoot()) {
            throw GuestFilesystemException.of(ofRoot, operation, path);
        }
        return new NamedPlace(root.locateDirectory(path.parent(), operation), path.name());
    }

    @Override
    public void close() {
        Syscalls.close(directory);
    }
}
