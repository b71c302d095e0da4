package org.guestmount.cache;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.guestmount.core.fs.GuestPath;
import org.jspecify.annotations.Nullable;

/**
 * Which directories a program will list next, and how many of them to list now. A walk is seen when a directory is listed
 * whose parent was one of the last: then its subdirectories and those beside it are expected, deepest first, in the order
 * in which they were listed (find, tar, du) or by name (ls -R, rsync).
 *
 * <p>How far ahead depends on how often that was right, as with a kernel's reading ahead: it begins with
 * {@value #MIN_AHEAD} directories, and never exceeds {@value #MAX_AHEAD}. So when the program stops, or goes elsewhere,
 * no more than that was in vain.
 *
 * <p>Any thread may call any method. The lock is held for moments only.
 */
final class Walk {
    static final int MIN_AHEAD = 4;
    static final int MAX_AHEAD = 64;

    /** Directories whose subdirectories are remembered until one of them is listed. */
    private static final int MAX_RECENT = 64;

    /** Directories expected; those farthest off are forgotten. */
    private static final int MAX_EXPECTED = 4096;

    private final long maxBytes;

    /** Subdirectories of those that the program listed last; none once they are expected. */
    @GuardedBy("this")
    private final Map<GuestPath, List<String>> recent = new LinkedHashMap<>();

    @GuardedBy("this")
    private final Deque<GuestPath> expected = new ArrayDeque<>();

    /** Listed ahead, or being so, and not yet asked for by the program; oldest first. */
    @GuardedBy("this")
    private final Map<GuestPath, Ahead> ahead = new LinkedHashMap<>();

    @GuardedBy("this")
    private long aheadBytes;

    @GuardedBy("this")
    private int window = MIN_AHEAD;

    @GuardedBy("this")
    private boolean byName;

    @GuardedBy("this")
    private int running;

    @GuardedBy("this")
    private boolean stopped;

    /** @param maxBytes that what was listed ahead may take in the cache; 0 for nothing ahead at all */
    Walk(long maxBytes) {
        this.maxBytes = maxBytes;
        this.stopped = maxBytes == 0;
    }

    /** A directory that is being listed, and then has been. */
    static final class Ahead {
        private final GuestPath path;
        private final CompletableFuture<Void> done = new CompletableFuture<>();

        /** In the cache; guarded by the walk. */
        private long bytes;

        Ahead(GuestPath path) {
            this.path = path;
        }

        GuestPath path() {
            return path;
        }

        /** Completed when the listing has ended, in whatever way. */
        CompletableFuture<Void> done() {
            return done;
        }
    }

    /**
     * A directory that the program asks for.
     *
     * @param ahead what was done ahead for it; null if nothing
     * @param wasExpected whether it would have been listed ahead soon
     */
    record Visit(GuestPath path, @Nullable Ahead ahead, boolean wasExpected) {}

    /** The program asks for this directory, which is not listed ahead any more. */
    synchronized Visit visit(GuestPath path) {
        Ahead taken = ahead.remove(path);
        if (taken != null) {
            aheadBytes -= taken.bytes;
            window = Math.min(MAX_AHEAD, 2 * window);
        }
        return new Visit(path, taken, taken == null && expected.remove(path));
    }

    /**
     * The program has listed a directory.
     *
     * @param wasKnown whether the cache knew it, though it was not listed ahead: walking ahead there is of no use
     */
    synchronized void listed(Visit visit, List<String> directories, boolean wasKnown) {
        if (visit.ahead() != null || stopped) {
            return;
        }
        GuestPath path = visit.path();
        List<String> siblings = path.isRoot() ? null : recent.get(path.parent());
        if (wasKnown || (siblings == null && !visit.wasExpected())) {
            remember(path, directories);
            return;
        }
        if (ahead.size() >= window || aheadBytes >= maxBytes) {
            forgetOldest();
        }
        if (siblings != null && !siblings.isEmpty()) {
            recent.put(path.parent(), List.of());
            byName = !siblings.get(0).equals(path.name())
                    && Collections.min(siblings).equals(path.name());
            List<String> others = new ArrayList<>(siblings);
            others.remove(path.name());
            expect(path.parent(), others);
        }
        remember(path, List.of());
        expect(path, directories);
    }

    /** Whether one more thread is to call {@link #next}; it then has to. */
    synchronized boolean begin() {
        boolean begins = running < WalkAheadFilesystem.THREADS && running < expected.size() && hasRoom();
        running += begins ? 1 : 0;
        return begins;
    }

    /** The next directory to list, to be {@link #ended}; null to end the thread. */
    synchronized @Nullable Ahead next() {
        while (hasRoom() && !expected.isEmpty()) {
            GuestPath path = expected.pop();
            if (!ahead.containsKey(path)) {
                Ahead next = new Ahead(path);
                ahead.put(path, next);
                return next;
            }
        }
        running--;
        return null;
    }

    /**
     * A directory was listed.
     *
     * @param directories in it
     * @param bytes that it takes in the cache
     */
    void ended(Ahead listed, List<String> directories, long bytes) {
        try {
            synchronized (this) {
                if (ahead.get(listed.path) == listed) {
                    listed.bytes = bytes;
                    aheadBytes += bytes;
                }
                expect(listed.path, directories);
            }
        } finally {
            listed.done.complete(null);
        }
    }

    /** Nothing more is to be listed ahead. */
    synchronized void stop() {
        stopped = true;
        expected.clear();
    }

    @GuardedBy("this")
    private boolean hasRoom() {
        return !stopped && ahead.size() < window && aheadBytes < maxBytes;
    }

    /** What was listed in vain makes room, a directory for each that was not expected so soon. */
    @GuardedBy("this")
    private void forgetOldest() {
        Iterator<Ahead> all = ahead.values().iterator();
        if (all.hasNext()) {
            aheadBytes -= all.next().bytes;
            all.remove();
            window = Math.max(MIN_AHEAD, window / 2);
        }
    }

    @GuardedBy("this")
    private void remember(GuestPath path, List<String> directories) {
        recent.remove(path);
        recent.put(path, directories);
        if (recent.size() > MAX_RECENT) {
            recent.remove(recent.keySet().iterator().next());
        }
    }

    /** The program is expected to go into these before all others. */
    @GuardedBy("this")
    private void expect(GuestPath parent, List<String> directories) {
        if (stopped) {
            return;
        }
        List<String> inOrder = directories;
        if (byName) {
            inOrder = new ArrayList<>(directories);
            Collections.sort(inOrder);
        }
        for (int i = inOrder.size() - 1; i >= 0; i--) {
            push(parent, inOrder.get(i));
        }
        while (expected.size() > MAX_EXPECTED) {
            expected.removeLast();
        }
    }

    @GuardedBy("this")
    private void push(GuestPath parent, String name) {
        // Where a path would be too long the program cannot go either.
        if (parent.toString().length() + 1 + name.length() <= GuestPath.MAX_PATH_BYTES) {
            expected.push(parent.resolve(name));
        }
    }
}
