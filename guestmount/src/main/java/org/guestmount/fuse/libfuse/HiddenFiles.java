package org.guestmount.fuse.libfuse;

import java.util.concurrent.ConcurrentHashMap;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.fuse.GuestOperations;
import org.jspecify.annotations.Nullable;

/**
 * Files that are open but no longer have a name.
 *
 * <p>libfuse knows files by path only, so it renames an open file to {@code .fuse_hidden…} instead of removing it, and
 * removes that when the last descriptor is closed. In the guest's directory such a name would be seen, and stay after a
 * crash. Here the guest removes the file as asked and only libfuse knows the hidden name: it stands for a handle.
 * libfuse's {@code hard_remove} would not do, for with it fstat(2), fchmod(2) and their like fail on such a file.
 */
final class HiddenFiles {
    private final GuestOperations operations;
    private final ConcurrentHashMap<GuestPath, FileHandle> handles = new ConcurrentHashMap<>();

    HiddenFiles(GuestOperations operations) {
        this.operations = operations;
    }

    /** What a path that libfuse uses names in the guest. */
    FileReference resolve(GuestPath path) {
        if (handles.isEmpty()) {
            return path;
        }
        FileHandle handle = handles.get(path);
        return handle == null ? path : handle;
    }

    /** Lets a hidden name stand for an open file whose name is about to go. */
    void hide(GuestPath path, GuestPath hiddenName) throws GuestFilesystemException {
        handles.put(hiddenName, operations.open(path, OpenFlags.RDWR).handle());
    }

    /** Follows a directory that was renamed: libfuse uses the hidden names in it by its new path from then on. */
    void moved(GuestPath from, GuestPath to) {
        String prefix = from + "/";
        handles.forEach((hiddenName, handle) -> {
            String path = hiddenName.toString();
            if (path.startsWith(prefix)) {
                handles.remove(hiddenName);
                handles.put(GuestPath.of(to + path.substring(from.toString().length())), handle);
            }
        });
    }

    /**
     * Takes a hidden name away, the file being closed for good.
     *
     * @return whether it was one
     */
    boolean remove(GuestPath hiddenName) throws GuestFilesystemException {
        @Nullable FileHandle handle = handles.remove(hiddenName);
        if (handle == null) {
            return false;
        }
        operations.release(handle);
        return true;
    }
}
