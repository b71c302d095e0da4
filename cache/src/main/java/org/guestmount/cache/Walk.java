package org.guestmount.cache;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.guestmount.core.fs.DepthFirst;
import org.guestmount.core.fs.GuestPath;
import org.jspecify.annotations.Nullable;

/**
 * Which directories a program will list next, and how many of them to list now. A walk is seen when a directory is listed
 * whose parent was one of the last: then its subdirectories and those beside it are expected, {@link DepthFirst deepest first}, in the order
 * in which they were listed (find, tar, du) or by name (ls -R, rsync), which shows when it comes to one that was not listed ahead.
 *
 * <p>How far ahead depends on how often that was right, as with a kernel's reading ahead: it begins with
 * {@value #MIN_AHEAD} directories, and never exceeds {@value #MAX_AHEAD}. So when the program stops, or goes elsewhere,
 * no more than that was in vain.
 *
 * <p>Any thread may call any method. The lock is held for moments only.
 */
final class Walk {
    static final int MIN_AHEAD = 4;
    static final int MAX_AHEAD = 256;

    /** How many stretches make up what is ahead: one for each thread, and as much for the program to live on meanwhile. */
    private static final int STRETCHES = 2 * WalkAheadFilesystem.THREADS;

    /** Directories whose subdirectories are remembered until one of them is listed. */
    private static final int MAX_RECENT = 64;

    /** Directories expected; those farthest off are forgotten. */
    private static final int MAX_EXPECTED = 4096;

    private final long maxBytes;

    /** Subdirectories of those that the program listed last; none once they are expected. */
    @GuardedBy("this")
    private final Map<GuestPath, List<String>> recent = new LinkedHashMap<>();

    /** To be listed, in the order in which a program comes to them that follows the listings' order. */
    @GuardedBy("this")
    private final List<Deque<GuestPath>> expected = new ArrayList<>();

    /** Being listed; what remains of each takes its place among those expected. */
    @GuardedBy("this")
    private final List<Stretch> underWay = new ArrayList<>();

    /** Listed ahead and not yet asked for by the program, with about how many bytes they take in the cache; oldest first. */
    @GuardedBy("this")
    private final Map<GuestPath, Long> ahead = new LinkedHashMap<>();

    @GuardedBy("this")
    private long aheadBytes;

    @GuardedBy("this")
    private int window = MIN_AHEAD;

    /** Whether the program goes by name instead. */
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

    /** Directories that are expected one after the other, with those below them. */
    static final class Stretch {
        private final List<GuestPath> roots;
        private final boolean byName;
        private final int maxDirectories;
        private final CompletableFuture<Void> done = new CompletableFuture<>();

        /** Among those expected, empty until this has ended; guarded by the walk. */
        private final Deque<GuestPath> left = new ArrayDeque<>();

        /** Those that were listed, with their bytes. */
        private final Map<GuestPath, Long> listed = new LinkedHashMap<>();

        private Stretch(List<GuestPath> roots, boolean byName, int maxDirectories) {
            this.roots = roots;
            this.byName = byName;
            this.maxDirectories = maxDirectories;
        }

        List<GuestPath> roots() {
            return roots;
        }

        boolean byName() {
            return byName;
        }

        int maxDirectories() {
            return maxDirectories;
        }

        /** A directory in it was listed, so that the cache has it. */
        void listed(GuestPath directory, long bytes) {
            listed.put(directory, bytes);
        }

        private boolean mayHold(GuestPath path) {
            return roots.stream().anyMatch(path::startsWith);
        }
    }

    /**
     * A directory that the program asks for.
     *
     * @param wasAhead whether it was listed ahead
     * @param wasExpected whether it would have been soon
     * @param wasNext whether it would have been before all others
     */
    record Visit(GuestPath path, boolean wasAhead, boolean wasExpected, boolean wasNext) {}

    /** What to wait for before {@link #visit}: perhaps this directory is being listed. */
    synchronized CompletableFuture<Void> listing(GuestPath path) {
        if (!ahead.containsKey(path)) {
            for (Stretch stretch : underWay) {
                if (stretch.mayHold(path)) {
                    return stretch.done;
                }
            }
        }
        return CompletableFuture.completedFuture(null);
    }

    /** Whether it was listed ahead, and not asked for since. */
    synchronized boolean isAhead(GuestPath path) {
        return ahead.containsKey(path);
    }

    /** The program asks for this directory, which is not ahead of it any more. */
    synchronized Visit visit(GuestPath path) {
        Long bytes = ahead.remove(path);
        if (bytes != null) {
            aheadBytes -= bytes;
            window = Math.min(MAX_AHEAD, 2 * window);
            return new Visit(path, true, false, false);
        }
        boolean wasNextListed = Objects.equals(firstListed().peek(), path);
        boolean wasNextByName = Objects.equals(nextByName(), path);
        if (wasNextListed != wasNextByName) {
            byName = wasNextByName;
        }
        boolean wasExpected = false;
        for (Deque<GuestPath> left : expected) {
            wasExpected = wasExpected || left.remove(path);
        }
        return new Visit(path, false, wasExpected, wasNextListed || wasNextByName);
    }

    /**
     * The program has listed a directory that was not ahead of it.
     *
     * @param wasKnown whether the cache knew it, though it was not listed ahead: walking ahead there is of no use
     */
    synchronized void listed(Visit visit, List<String> directories, boolean wasKnown) {
        if (stopped) {
            return;
        }
        GuestPath path = visit.path();
        List<String> siblings = path.isRoot() ? null : recent.get(path.parent());
        if (wasKnown || (siblings == null && !visit.wasExpected())) {
            remember(path, directories);
            return;
        }
        if (visit.wasNext()) {
            makeRoom();
        } else if (!hasRoom() && !ahead.isEmpty()) {
            // What was listed in vain makes room, a directory for each that was not expected so soon.
            forgetOldest();
            window = Math.max(MIN_AHEAD, window / 2);
        }
        if (siblings != null && !siblings.isEmpty()) {
            recent.put(path.parent(), List.of());
            boolean listedFirst = siblings.get(0).equals(path.name());
            boolean leastByName = Collections.min(siblings).equals(path.name());
            // Where both orders begin with the same, that says nothing.
            byName = leastByName && (byName || !listedFirst);
            List<String> others = new ArrayList<>(siblings);
            others.remove(path.name());
            expect(path.parent(), others);
        }
        remember(path, List.of());
        expect(path, directories);
    }

    /** Whether one more thread is to call {@link #next}; it then has to. */
    synchronized boolean begin() {
        boolean begins = running < WalkAheadFilesystem.THREADS && hasRoom() && hasNext();
        running += begins ? 1 : 0;
        return begins;
    }

    /** The next directories to list, to be {@link #ended}; null to end the thread. */
    synchronized @Nullable Stretch next() {
        List<GuestPath> soon = hasRoom() ? soon() : List.of();
        if (soon.isEmpty()) {
            running--;
            return null;
        }
        // A share for each thread: how much is below these is not known.
        int count = Math.min(stretchSize(), 1 + soon.size() / WalkAheadFilesystem.THREADS);
        Stretch next = new Stretch(List.copyOf(soon.subList(0, count)), byName, stretchSize());
        expected.add(takeOut(next.roots), next.left);
        underWay.add(next);
        return next;
    }

    /** What comes next in the listings' order; empty if nothing is expected. */
    @GuardedBy("this")
    private Deque<GuestPath> firstListed() {
        return expected.stream().filter(left -> !left.isEmpty()).findFirst().orElseGet(ArrayDeque::new);
    }

    @GuardedBy("this")
    private @Nullable GuestPath nextByName() {
        return expected.stream().flatMap(Deque::stream).min(DepthFirst.BY_NAME).orElse(null);
    }

    /** What the program is expected to come to next, in order. */
    @GuardedBy("this")
    private List<GuestPath> soon() {
        if (byName) {
            return expected.stream()
                    .flatMap(Deque::stream)
                    .sorted(DepthFirst.BY_NAME)
                    .toList();
        }
        return List.copyOf(firstListed());
    }

    /** Has them not expected any more; returns the place of the first of them. */
    @GuardedBy("this")
    private int takeOut(List<GuestPath> paths) {
        int place = 0;
        while (!expected.get(place).contains(paths.get(0))) {
            place++;
        }
        Set<GuestPath> taken = new HashSet<>(paths);
        expected.forEach(left -> left.removeAll(taken));
        return place;
    }

    /**
     * As much of it has been listed as was to be.
     *
     * @param left what remains to be listed of it, in order
     */
    void ended(Stretch stretch, List<GuestPath> left) {
        try {
            synchronized (this) {
                underWay.remove(stretch);
                for (Map.Entry<GuestPath, Long> directory : stretch.listed.entrySet()) {
                    Long before = ahead.put(directory.getKey(), directory.getValue());
                    aheadBytes += directory.getValue() - (before == null ? 0 : before);
                }
                if (!stopped) {
                    stretch.left.addAll(left);
                }
                tidy();
            }
        } finally {
            stretch.done.complete(null);
        }
    }

    /** Nothing more is to be listed ahead. */
    synchronized void stop() {
        stopped = true;
        expected.clear();
    }

    @GuardedBy("this")
    private int stretchSize() {
        return Math.max(1, window / STRETCHES);
    }

    @GuardedBy("this")
    private boolean hasRoom() {
        int soon = underWay.stream().mapToInt(Stretch::maxDirectories).sum();
        return !stopped && ahead.size() + soon + stretchSize() <= window && aheadBytes < maxBytes;
    }

    @GuardedBy("this")
    private boolean hasNext() {
        return !firstListed().isEmpty();
    }

    /** The program has come to the end of what is ahead of it, but for what it comes to much later. */
    @GuardedBy("this")
    private void makeRoom() {
        while (!hasRoom() && !ahead.isEmpty()) {
            forgetOldest();
        }
    }

    @GuardedBy("this")
    private void forgetOldest() {
        Iterator<Long> oldest = ahead.values().iterator();
        aheadBytes -= oldest.next();
        oldest.remove();
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
        DepthFirst order = new DepthFirst(List.of(), false);
        order.enter(parent, directories);
        expected.add(0, new ArrayDeque<>(order.left()));
        tidy();
    }

    /** Forgets what is of no use any more, and what is too much. */
    @GuardedBy("this")
    private void tidy() {
        List<Deque<GuestPath>> kept =
                underWay.stream().map(stretch -> stretch.left).toList();
        expected.removeIf(left -> left.isEmpty() && !kept.contains(left));
        int count = 0;
        for (Deque<GuestPath> left : expected) {
            while (count + left.size() > MAX_EXPECTED) {
                left.removeLast();
            }
            count += left.size();
        }
    }
}
