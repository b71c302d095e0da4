package org.guestmount.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InodeKey;
import org.jspecify.annotations.Nullable;

/**
 * One request to the guest, from before the first look at the cache for it until what its reply tells is stored. An
 * operation that changes something declares it, and every operation in flight at the same time learns of it, whichever
 * began first: they cannot know whether the guest did theirs before or after the change, so what they were told of what
 * changed must not be stored.
 *
 * <p>INVARIANT: a change is declared before the cache drops what it makes untrue, and both are done before the request
 * is sent. Stores and drops being atomic on the same key, either a store sees the declaration and is not made, or the
 * drop undoes it. So while a change is in flight, the cache says nothing of what it may change.
 */
final class Operation implements AutoCloseable {
    private final InFlight all;
    private final List<GuestPath> paths;
    private final boolean trees;

    /** Guarded by {@link #all}. */
    private final List<Fact> declared = new ArrayList<>(0);

    private volatile @Nullable Set<Fact> disturbed;
    private volatile boolean astray;
    private volatile boolean distrusted;

    /** @param trees whether it is done on paths below these, too */
    Operation(InFlight all, List<GuestPath> paths, boolean trees) {
        this.all = all;
        this.paths = List.copyOf(paths);
        this.trees = trees;
    }

    /** This operation is about to change that. */
    void declare(Fact change) {
        all.declare(this, change);
    }

    /** Whether no other operation that overlaps with this one changes that inode. */
    boolean isSureOf(InodeKey inode) {
        Set<Fact> others = disturbed;
        return !distrusted && (others == null || !others.contains(new Fact.OfInode(inode)));
    }

    /** Whether no other operation that overlaps with this one changes that name, or the way to it. */
    boolean isSureOf(InodeKey directory, String name) {
        Set<Fact> others = disturbed;
        return isSureOfWay()
                && (others == null
                        || !(others.contains(new Fact.OfName(directory, name))
                                || others.contains(new Fact.OfName(directory, Fact.OfName.ANY_NAME))));
    }

    /** The same of the place's last name, provided that the place was reached. */
    boolean isSureOf(Place place) {
        InodeKey directory = place.directory();
        return directory == null
                ? place.isReached() && isSureOfWay()
                : isSureOf(directory, place.path().name());
    }

    /** Whether no other operation that overlaps with this one changes a name in that directory. */
    boolean isSureOfNamesIn(InodeKey directory) {
        Set<Fact> others = disturbed;
        return !distrusted
                && (others == null
                        || others.stream()
                                .noneMatch(fact -> fact instanceof Fact.OfName name
                                        && name.directory().equals(directory)));
    }

    /** Whether no other operation that overlaps with this one changes which directories its paths lead through. */
    boolean isSureOfWay() {
        return !distrusted && !astray;
    }

    @Override
    public void close() {
        all.end(this);
    }

    /** Called under the lock of {@link #all}. */
    List<Fact> declared() {
        return declared;
    }

    /** Another operation changes that. Called under the lock of {@link #all}. */
    void disturb(Fact change) {
        if (change instanceof Fact.OfWay way) {
            astray = astray || paths.stream().anyMatch(path -> isOnTheWay(way.path(), path));
            return;
        }
        Set<Fact> facts = disturbed;
        if (facts == null) {
            facts = ConcurrentHashMap.newKeySet();
            disturbed = facts;
        }
        facts.add(change);
    }

    private boolean isOnTheWay(GuestPath changed, GuestPath path) {
        return path.parent().startsWith(changed) || (trees && changed.startsWith(path));
    }

    /** Called under the lock of {@link #all}. */
    void distrust() {
        distrusted = true;
    }
}
