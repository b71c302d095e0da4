package org.guestmount.cache.writebehind;

import java.util.List;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.TreeChange;
import org.jspecify.annotations.Nullable;

/** Tells what may be removed later, being sure to be, and puts that into the queue. */
final class Removals {
    /** What is larger is removed before that is answered: somebody may want its room. */
    private static final int MAX_BYTES = 1 << 20;

    private final Knowledge known;
    private final KnownDirectories directories;
    private final Drafts drafts;
    private final ChangeQueue queue;
    private final Backlog backlog;
    private final GuestClock clock;

    Removals(
            Knowledge known,
            KnownDirectories directories,
            Drafts drafts,
            ChangeQueue queue,
            Backlog backlog,
            GuestClock clock) {
        this.known = known;
        this.directories = directories;
        this.drafts = drafts;
        this.queue = queue;
        this.backlog = backlog;
        this.clock = clock;
    }

    /** Puts off the removal of a file of which nothing is put off; false if it may not be. */
    boolean unlink(GuestPath path) throws GuestFilesystemException {
        FileAttributes attributes = known.knownAttributes(path);
        KnownDirectory parent = allowing(path.parent());
        return attributes != null
                && parent != null
                && isDispensable(attributes)
                && removeLater(new TreeChange.Unlink(path), parent);
    }

    /** Whether it can be removed, and nobody sees it otherwise than by its name, or misses the room it takes. */
    private boolean isDispensable(FileAttributes attributes) {
        return attributes.removable()
                && !attributes.isDirectory()
                && attributes.links() == 1
                && !known.isOpen(attributes.key())
                && attributes.size() <= MAX_BYTES;
    }

    /** Puts off the removal of a directory until what is put off in it is done; false if it may not be. */
    boolean rmdir(GuestPath path) throws GuestFilesystemException {
        KnownDirectory directory = allowing(path);
        KnownDirectory parent = allowing(path.parent());
        return directory != null
                && parent != null
                // Or it is a mountpoint.
                && directory.device() == parent.device()
                && !drafts.isGone(path)
                && isEmptied(path)
                && removeLater(new TreeChange.Rmdir(path), parent);
    }

    /** Whether a directory is sure to be empty when what is queued is done. */
    private boolean isEmptied(GuestPath directory) {
        if (!drafts.in(directory).isEmpty()) {
            return false;
        }
        // Only now: what has just been a draft is among them.
        List<String> names = known.knownNames(directory);
        return names != null && names.stream().allMatch(name -> drafts.isToBeRemoved(directory.resolve(name)));
    }

    /** A directory that is removable, and from which everything is that is so itself; null if that is not known. */
    private @Nullable KnownDirectory allowing(GuestPath path) {
        KnownDirectory directory = directories.get(path);
        if (directory != null && directory.takesRemovals()) {
            return directory;
        }
        FileAttributes attributes = known.knownAttributes(path);
        if (attributes == null || !attributes.isDirectory() || !attributes.removable()) {
            return null;
        }
        KnownDirectory found = directories.know(path, attributes.device(), null);
        found.allowRemovals();
        return found;
    }

    private boolean removeLater(TreeChange removal, KnownDirectory parent) throws GuestFilesystemException {
        GuestPath path = removal.path();
        if (!ChangeQueue.takes(path) || !parent.device().hasRoom(parent.path())) {
            return false;
        }
        parent.nameWaits(clock, !drafts.isWaiting(parent));
        drafts.addRemoval(path);
        parent.changeQueued();
        queue.awaitRoom();
        queue.add(new Removal(drafts, backlog, removal));
        queue.sendIfDue();
        return true;
    }
}
