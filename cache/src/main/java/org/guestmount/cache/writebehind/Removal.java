package org.guestmount.cache.writebehind;

import org.guestmount.core.fs.ChangeOutcome;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.TreeChange;

/** A name that the program has removed, of a file or an empty directory. */
final class Removal implements QueuedChange {
    private final Drafts drafts;
    private final Backlog backlog;
    private final TreeChange change;

    /** @param change an {@link TreeChange.Unlink} or {@link TreeChange.Rmdir} */
    Removal(Drafts drafts, Backlog backlog, TreeChange change) {
        this.drafts = drafts;
        this.backlog = backlog;
        this.change = change;
    }

    @Override
    public GuestPath path() {
        return change.path();
    }

    @Override
    public TreeChange take() {
        return change;
    }

    @Override
    public void done(ChangeOutcome outcome) {
        Errno failure = outcome.failure();
        if (failure != null) {
            backlog.lose(path(), GuestFilesystemException.of(failure, "remove", path()));
        }
        drafts.forgetRemoval(path());
    }
}
