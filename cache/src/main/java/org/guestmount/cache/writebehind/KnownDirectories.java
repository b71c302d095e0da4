package org.guestmount.cache.writebehind;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.GuestPath;
import org.jspecify.annotations.Nullable;

/** The known directories by path, a bounded number. */
final class KnownDirectories {
    private static final int MAX_DIRECTORIES = 10_000;

    @GuardedBy("this")
    private final NavigableMap<GuestPath, KnownDirectory> byPath = new TreeMap<>();

    private final Devices devices;
    private final Backlog backlog;

    KnownDirectories(Devices devices, Backlog backlog) {
        this.devices = devices;
        this.backlog = backlog;
    }

    synchronized @Nullable KnownDirectory get(GuestPath path) {
        return byPath.get(path);
    }

    /** What is referred to by a path; by a handle it could be any of them. */
    @Nullable
    KnownDirectory find(FileReference reference) {
        return reference instanceof GuestPath path ? get(path) : null;
    }

    /**
     * The one of that path, from now on.
     *
     * @param attributes null unless it has just been made
     */
    synchronized KnownDirectory know(GuestPath path, long device, @Nullable FileAttributes attributes) {
        if (byPath.size() >= MAX_DIRECTORIES) {
            // What is queued is to be waited for.
            byPath.values().removeIf(known -> !known.isToBeChanged());
        }
        return byPath.computeIfAbsent(
                path, added -> new KnownDirectory(added, devices.add(device), backlog, attributes));
    }

    /** Whether changes are queued of attributes of that directory, or of any below. */
    synchronized boolean isAnyToBeChangedBelow(GuestPath path) {
        return byPath.values().stream()
                .anyMatch(directory ->
                        directory.isToBeChanged() && directory.path().startsWith(path));
    }

    /** What that refers to has been changed in a way that cannot be foretold; by a handle it may be any of them. */
    synchronized void changedUnseen(FileReference file) {
        KnownDirectory directory = find(file);
        if (directory != null) {
            directory.changedUnseen();
        } else if (file instanceof FileHandle) {
            byPath.values().forEach(KnownDirectory::changedUnseen);
        }
    }

    /**
     * What had this path has it no more, or something else has, which changes the directory it is in. Nothing may be queued but its own removal,
     * for which whoever uses the path waits, and what is done before that.
     */
    synchronized void forgetTree(GuestPath path) {
        // Paths below it are not quite together: /a, /a-b, /a/c.
        byPath.remove(path);
        GuestPath next = byPath.higherKey(path);
        while (next != null && next.toString().startsWith(path.toString())) {
            if (next.startsWith(path)) {
                byPath.remove(next);
            }
            next = byPath.higherKey(next);
        }
        changedUnseen(path.parent());
    }
}
