package org.guestmount.cache;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.InodeKey;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.OpenedFile;
import org.jspecify.annotations.Nullable;

/**
 * Which inode each open file is, whose number is not given to another as long as the file is open; and of small files the
 * contents that came with opening them, until they have been read once or may not be true any more.
 *
 * <p>Contents can change through a handle that may write, and by truncating a path. So there are none of an inode that has such
 * a handle, and those that were under way while one was closed or a truncation ended are not kept.
 *
 * <p>Each read and write looks its file up, so that takes no lock. Opening, closing and what drops contents do.
 */
final class OpenFiles {
    /** What is kept at most of contents nobody has read yet, in bytes. */
    private static final int MAX_CONTENT_BYTES = 8 << 20;

    private final Map<FileHandle, OpenFile> files = new ConcurrentHashMap<>();

    /** How many open files may change each inode. */
    @GuardedBy("this")
    private final Map<InodeKey, Integer> writers = new HashMap<>();

    /** Those whose contents are kept. */
    @GuardedBy("this")
    private final Set<OpenFile> filled = new HashSet<>();

    @GuardedBy("this")
    private int contentBytes;

    @GuardedBy("this")
    private long changes;

    private static final class OpenFile {
        final InodeKey inode;
        final boolean writable;

        /** Whether its data may have been changed through this handle; then for good. */
        volatile boolean written;

        /**
         * Set under the lock, at most once and before anybody knows the handle, and taken away under it. Contents do not
         * change, so finding them here is reading them: that was before they were taken away, and they are before whoever
         * changes the file is told that it is open to be written, or truncated.
         */
        volatile @Nullable HeldContent content;

        OpenFile(InodeKey inode, boolean writable) {
            this.inode = inode;
            this.writable = writable;
        }
    }

    /** To be asked before a file is opened, and told to {@link #add}. */
    synchronized long changes() {
        return changes;
    }

    /** @param before {@link #changes} before the file was opened */
    synchronized void add(OpenedFile opened, OpenFlags flags, long before) {
        OpenFile file = new OpenFile(opened.attributes().key(), flags.isWritable());
        if (file.writable) {
            writers.merge(file.inode, 1, Integer::sum);
            drop(filled.stream().filter(other -> other.inode.equals(file.inode)).toList());
        }
        ByteBuffer content = opened.content();
        if (content != null
                && before == changes
                && !writers.containsKey(file.inode)
                && contentBytes + content.remaining() <= MAX_CONTENT_BYTES) {
            file.content = new HeldContent(content);
            filled.add(file);
            contentBytes += content.remaining();
        }
        files.put(opened.handle(), file);
    }

    /** Null for a handle that is not open. */
    @Nullable
    InodeKey inode(FileHandle handle) {
        OpenFile file = files.get(handle);
        return file == null ? null : file.inode;
    }

    /** Whether any handle is this inode; takes as long as there are open files. */
    boolean isOpen(InodeKey inode) {
        return files.values().stream().anyMatch(file -> file.inode.equals(inode));
    }

    /**
     * Reads from the contents that came with opening, as pread(2).
     *
     * @return how much was read, or -1 if they are not here
     */
    int read(FileHandle handle, long offset, ByteBuffer destination) {
        OpenFile file = files.get(handle);
        HeldContent content = file == null ? null : file.content;
        if (file == null || content == null) {
            return -1;
        }
        int count = content.read(offset, destination);
        if (content.endsBy(offset + count)) {
            drop(file);
        }
        return count;
    }

    private synchronized void drop(OpenFile file) {
        drop(List.of(file));
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

    /** The data of some file was changed by its path. */
    synchronized void truncated() {
        changes++;
        drop(List.copyOf(filled));
    }

    synchronized void remove(FileHandle handle) {
        OpenFile file = files.remove(handle);
        if (file == null) {
            return;
        }
        drop(file);
        if (file.writable) {
            changes++;
            writers.computeIfPresent(file.inode, (inode, count) -> count == 1 ? null : count - 1);
        }
    }

    @GuardedBy("this")
    private void drop(List<OpenFile> dropped) {
        for (OpenFile file : dropped) {
            HeldContent content = file.content;
            if (content != null) {
                contentBytes -= content.size();
                file.content = null;
                filled.remove(file);
            }
        }
    }
}
