package org.guestmount.fuse.kernel;

import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Keeps the path of a node naming that node from when it is made up until the guest has used it.
 *
 * <p>The kernel serialises what concerns one directory's names. It does not keep a file from being removed, or it or a
 * directory above it from being renamed, while something else is done to the file by its node. So: using a node excludes
 * taking a name from it, and renaming a directory excludes everything that uses a path. What goes by handle needs none
 * of this.
 *
 * <p>Order: the tree's lock, then one node's, or two in the order of their index.
 */
final class NodeLocks {
    private static final int STRIPES = 64;

    private final ReadWriteLock tree = new ReentrantReadWriteLock();
    private final ReadWriteLock[] nodes = new ReadWriteLock[STRIPES];

    NodeLocks() {
        for (int i = 0; i < STRIPES; i++) {
            nodes[i] = new ReentrantReadWriteLock();
        }
    }

    /** To be closed when the guest is done with the path. */
    interface Held extends AutoCloseable {
        @Override
        void close();
    }

    /** For using the path of a node, or of a name in it. */
    Held use(Node node) {
        return hold(tree.readLock(), nodes[stripe(node)].readLock());
    }

    /** For taking a name from a file, and using the paths of directories. */
    Held takeName(Node node) {
        return hold(tree.readLock(), nodes[stripe(node)].writeLock());
    }

    /** For taking names from two files. */
    Held takeNames(Node one, Node other) {
        int first = Math.min(stripe(one), stripe(other));
        int second = Math.max(stripe(one), stripe(other));
        if (first == second) {
            return takeName(one);
        }
        return hold(tree.readLock(), nodes[first].writeLock(), nodes[second].writeLock());
    }

    /** For changing the paths of everything in a directory. */
    Held changeTree() {
        return hold(tree.writeLock());
    }

    private static Held hold(Lock... locks) {
        for (Lock lock : locks) {
            lock.lock();
        }
        return () -> {
            for (int i = locks.length - 1; i >= 0; i--) {
                locks[i].unlock();
            }
        };
    }

    private static int stripe(Node node) {
        return Long.hashCode(node.id) & (STRIPES - 1);
    }
}
