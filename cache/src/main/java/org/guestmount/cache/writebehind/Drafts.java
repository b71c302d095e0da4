package org.guestmount.cache.writebehind;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.GuestPath;
import org.jspecify.annotations.Nullable;

/** The drafts by handle, as long as they are open, and by path, until they are made; and the names that are to be removed. */
final class Drafts {
    private final Map<FileHandle, Draft> byHandle = new ConcurrentHashMap<>();
    private final Map<GuestPath, Draft> byPath = new ConcurrentHashMap<>();

    /** Names that have been removed, but not by the guest yet. */
    private final Set<GuestPath> removals = ConcurrentHashMap.newKeySet();

    /** How many are not made in each directory, or not removed. */
    private final Map<GuestPath, Integer> inDirectory = new ConcurrentHashMap<>();

    /** Neither the guest's, which count up from 1, nor those of listings from memory, which count down from -1. */
    private final AtomicLong nextHandle = new AtomicLong(Long.MIN_VALUE);

    FileHandle newHandle() {
        return new FileHandle(nextHandle.getAndIncrement());
    }

    void add(Draft draft) {
        inDirectory.merge(draft.parent(), 1, Integer::sum);
        byPath.put(draft.path(), draft);
        byHandle.put(draft.handle(), draft);
    }

    /** One that is not made. */
    @Nullable
    Draft at(GuestPath path) {
        return byPath.get(path);
    }

    /** One that is open. */
    @Nullable
    Draft open(FileHandle handle) {
        return byHandle.get(handle);
    }

    @Nullable
    Draft find(FileReference reference) {
        return reference instanceof GuestPath path ? at(path) : open((FileHandle) reference);
    }

    /** Takes one out that is closed. */
    @Nullable
    Draft close(FileHandle handle) {
        return byHandle.remove(handle);
    }

    /** How many are not made. */
    int count() {
        return byPath.size();
    }

    /** Whether there is nothing that the guest has not done. */
    boolean areNone() {
        return inDirectory.isEmpty();
    }

    /** Remembers that a name is removed, before it is. */
    void addRemoval(GuestPath path) {
        inDirectory.merge(path.parent(), 1, Integer::sum);
        removals.add(path);
    }

    boolean isToBeRemoved(GuestPath path) {
        return removals.contains(path);
    }

    /** As {@link #isToBeRemoved}, or a directory it is in. */
    boolean isGone(GuestPath path) {
        for (GuestPath at = path; !at.isRoot(); at = at.parent()) {
            if (isToBeRemoved(at)) {
                return true;
            }
        }
        return false;
    }

    void forgetRemoval(GuestPath path) {
        removals.remove(path);
        leave(path.parent());
    }

    private void leave(GuestPath directory) {
        inDirectory.computeIfPresent(directory, (same, count) -> count == 1 ? null : count - 1);
    }

    /** Whether any is not made in that directory, or not removed. */
    boolean isAnyIn(GuestPath directory) {
        return inDirectory.containsKey(directory);
    }

    /** Whether anything in that directory, or it itself, is to be changed. */
    boolean isWaiting(KnownDirectory directory) {
        return directory.isToBeChanged() || isAnyIn(directory.path());
    }

    /** As {@link #isAnyIn}, or anywhere below. */
    boolean isAnyBelow(GuestPath directory) {
        return inDirectory.keySet().stream().anyMatch(path -> path.startsWith(directory));
    }

    /** Those that are not made in that directory. */
    List<Draft> in(GuestPath directory) {
        return byPath.values().stream()
                .filter(draft -> draft.parent().equals(directory))
                .toList();
    }

    /** All that are not made. */
    Collection<Draft> all() {
        return List.copyOf(byPath.values());
    }

    /** All that are open. */
    Collection<Draft> open() {
        return List.copyOf(byHandle.values());
    }

    /** Takes one out that is made, or cannot be. */
    void forget(Draft draft) {
        byPath.remove(draft.path(), draft);
        leave(draft.parent());
    }
}
