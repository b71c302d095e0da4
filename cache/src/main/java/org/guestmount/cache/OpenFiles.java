package org.guestmount.cache;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.InodeKey;
import org.guestmount.core.fs.OpenedFile;
import org.jspecify.annotations.Nullable;

/** Which inode each open file is. Its number is not given to another as long as the file is open. */
final class OpenFiles {
    private final Map<FileHandle, OpenFile> files = new ConcurrentHashMap<>();

    /** An open file; {@code written} once its data may have been changed through this handle. */
    private static final class OpenFile {
        final InodeKey inode;
        volatile boolean written;

        OpenFile(InodeKey inode) {
            this.inode = inode;
        }
    }

    void add(OpenedFile opened) {
        files.put(opened.handle(), new OpenFile(opened.attributes().key()));
    }

    /** Null for a handle that is not open. */
    @Nullable
    InodeKey inode(FileHandle handle) {
        OpenFile file = files.get(handle);
        return file == null ? null : file.inode;
    }

    void markWritten(FileHandle handle) {
        OpenFile file = files.get(handle);
        if (file != null) {
            file.written = true;
        }
    }

    /** The inode if its data may have been changed through this handle; null otherwise. */
    @Nullable
    InodeKey writtenInode(FileHandle handle) {
        OpenFile file = files.get(handle);
        return file != null && file.written ? file.inode : null;
    }

    void remove(FileHandle handle) {
        files.remove(handle);
    }
}
