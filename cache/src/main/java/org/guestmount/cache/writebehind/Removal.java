package org.guestmount.cache.writebehind;

import org.guestmount.core.fs.ChangeOutcome;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.TreeChange;

/** A name that the program has removed. */
final class Removal implements QueuedChange {
    private final Drafts drafts;
    private final Backlog backlog;
    private final GuestPath path;

    Removal(Drafts drafts, Backlog backlog, GuestPath path) {
        this.drafts = drafts;
        this.backlog = backlog;
        this.path = path;
    }

    @Override
    public GuestPath path() {
        return path;
    }

    @Override
    public TreeChange take() {
        return new TreeChange.Unlink(path);
    }

    @Override
    public void done(ChangeOutcome outcome) {
        Errno failure = outcome.failure();
        if (failure != null) {
            backlog.lose(path, GuestFilesystemException.of(failure, "unlink", path));
        }
        drafts.forgetRemoval(path);
    }
}
