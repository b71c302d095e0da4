package org.guestmount.cache.writebehind;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InodeKey;
import org.jspecify.annotations.Nullable;

/**
 * The files made through this layer: by handle as long as they are open, by path and inode as long as something of them may not have been done, which is
 * until their release is done or they are retired ({@link NewFile#retire}).
 */
final class NewFiles {
    private final Map<FileHandle, NewFile> byHandle = new ConcurrentHashMap<>();
    private final Map<GuestPath, NewFile> byPath = new ConcurrentHashMap<>();
    private final Map<InodeKey, NewFile> byInode = new ConcurrentHashMap<>();

    void add(NewFile file) {
        byInode.put(file.inode(), file);
        byPath.put(file.path(), file);
        byHandle.put(file.handle(), file);
    }

    @Nullable
    NewFile find(FileReference reference) {
        return reference instanceof GuestPath path ? byPath.get(path) : byHandle.get((FileHandle) reference);
    }

    /** The file with this inode, if it was made under another path. */
    @Nullable
    NewFile findAlias(InodeKey inode, GuestPath path) {
        NewFile file = byInode.get(inode);
        return file == null || file.path().equals(path) ? null : file;
    }

    /** Takes a file out whose handle is closed. */
    @Nullable
    NewFile close(FileHandle handle) {
        return byHandle.remove(handle);
    }

    /** Takes a file out of which everything is done. */
    void forget(NewFile file) {
        byPath.remove(file.path(), file);
        byInode.remove(file.inode(), file);
    }

    /** All that may have something to be done. */
    Collection<NewFile> all() {
        return List.copyOf(byPath.values());
    }
}
