package org.guestmount.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.guestmount.cache.Dentry.Missing;
import org.guestmount.core.fs.ChangeOutcome;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.TreeChange;
import org.guestmount.core.fs.TreeChange.MakeFile;
import org.guestmount.core.fs.TreeChange.SetAttributes;
import org.jspecify.annotations.Nullable;

/** Many changes sent at once, each with what the one operation it stands for declares, drops and stores. */
final class TreeChanges {
    private final GuestFilesystem guest;
    private final TreeCache tree;
    private final Resolver resolver;
    private final NameChanges names;
    private final InodeChanges inodes;

    TreeChanges(GuestFilesystem guest, TreeCache tree, Resolver resolver, NameChanges names, InodeChanges inodes) {
        this.guest = guest;
        this.tree = tree;
        this.resolver = resolver;
        this.names = names;
        this.inodes = inodes;
    }

    /** As {@link GuestFilesystem#changeLater}; asks the guest, before it returns, for what has to be known of the paths. */
    CompletableFuture<List<ChangeOutcome>> changeLater(List<TreeChange> changes) {
        Operation operation = tree.begin(changes.stream().map(TreeChange::path).toArray(GuestPath[]::new));
        try {
            List<Place> places = new ArrayList<>(changes.size());
            for (TreeChange change : changes) {
                places.add(declare(operation, change));
            }
            return guest.changeLater(changes)
                    .whenComplete((outcomes, failure) -> ended(operation, changes, places, outcomes));
        } catch (RuntimeException e) {
            operation.close();
            throw e;
        }
    }

    /** Declares and drops what the change makes untrue; returns where it is done. */
    private Place declare(Operation operation, TreeChange change) {
        if (change instanceof MakeFile) {
            Place place = resolver.way(change.path());
            tree.changeName(operation, place);
            return place;
        }
        Place place = resolver.find(operation, change.path());
        if (change instanceof SetAttributes) {
            inodes.change(operation, new Target(place, place.inode()), Xattrs::afterModeChange);
        } else {
            names.changeRemoved(operation, place);
        }
        return place;
    }

    /** What each of the changes has come to; null if the guest is lost. Called on a thread that must not ask the guest. */
    private void ended(
            Operation operation, List<TreeChange> changes, List<Place> places, @Nullable List<ChangeOutcome> outcomes) {
        try (operation) {
            for (int i = 0; i < changes.size(); i++) {
                ended(operation, changes.get(i), places.get(i), outcomes == null ? null : outcomes.get(i));
            }
        }
    }

    /** Stores in the order of the changes: what is told of an inode does not outlive a later change of it. */
    private void ended(Operation operation, TreeChange change, Place place, @Nullable ChangeOutcome outcome) {
        FileAttributes attributes = outcome == null ? null : outcome.attributes();
        if (change instanceof SetAttributes) {
            if (attributes != null) {
                inodes.store(operation, new Target(place, place.inode()), attributes);
            }
            tree.endedOnInode(operation, place);
            return;
        }
        names.changeParent(operation, place);
        if (change instanceof MakeFile) {
            if (attributes != null) {
                names.storeMade(operation, place, attributes, null);
            }
            tree.ended(operation, place);
        } else {
            if (outcome != null && outcome.failure() == null) {
                tree.store(operation, place, Missing.ABSENT);
            }
            tree.endedOnInode(operation, place);
        }
    }
}
