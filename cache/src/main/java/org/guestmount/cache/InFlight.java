package org.guestmount.cache;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.guestmount.core.fs.GuestPath;

/**
 * The operations in flight, each told what the others change. Its lock is held for moments, never while the guest is
 * asked, and no other is taken under it.
 */
final class InFlight {
    @GuardedBy("this")
    private final Set<Operation> operations = new HashSet<>();

    /** An operation about to be sent, done on these paths; on none if it names only handles. */
    Operation begin(GuestPath... paths) {
        return begin(new Operation(this, List.of(paths), false));
    }

    /** One that is done on these paths and on paths below them. */
    Operation beginTrees(List<GuestPath> roots) {
        return begin(new Operation(this, roots, true));
    }

    private synchronized Operation begin(Operation begun) {
        for (Operation other : operations) {
            other.declared().forEach(begun::disturb);
        }
        operations.add(begun);
        return begun;
    }

    /** An operation in flight is about to change this. */
    synchronized void declare(Operation changing, Fact change) {
        changing.declared().add(change);
        for (Operation other : operations) {
            if (other != changing) {
                other.disturb(change);
            }
        }
    }

    /** Nothing that the operations now in flight will be told is to be stored. */
    synchronized void distrustAll() {
        operations.forEach(Operation::distrust);
    }

    synchronized void end(Operation ended) {
        operations.remove(ended);
    }
}
