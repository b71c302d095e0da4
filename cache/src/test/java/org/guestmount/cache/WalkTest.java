package org.guestmount.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.guestmount.core.fs.GuestPath;
import org.junit.jupiter.api.Test;

class WalkTest {
    private static final GuestPath TREE = GuestPath.of("/tree");
    private static final long MUCH = 1 << 20;

    private final Walk walk = new Walk(MUCH);

    /** What the program lists without its having been listed ahead. */
    private void lists(String path, String... directories) {
        Walk.Visit visit = walk.visit(GuestPath.of(path));
        assertThat(visit.wasAhead()).isFalse();
        walk.listed(visit, List.of(directories), false);
    }

    private Walk.Stretch next() {
        return Objects.requireNonNull(walk.next());
    }

    /** A stretch of directories with nothing below them is listed. */
    private void listsAhead(String... roots) {
        Walk.Stretch stretch = next();
        assertThat(stretch.roots()).containsExactly(paths(roots));
        end(stretch, roots);
    }

    private void end(Walk.Stretch stretch, String... listed) {
        for (GuestPath path : paths(listed)) {
            stretch.listed(path, 1);
        }
        walk.ended(stretch, List.of());
    }

    private static GuestPath[] paths(String... paths) {
        return Stream.of(paths).map(GuestPath::of).toArray(GuestPath[]::new);
    }

    private static String[] names(int count) {
        return IntStream.range(0, count).mapToObj("d%04d"::formatted).toArray(String[]::new);
    }

    private void takes(String path) {
        Walk.Visit visit = walk.visit(GuestPath.of(path));
        assertThat(visit.wasAhead()).isTrue();
    }

    @Test
    void oneDirectoryIsNoWalk() {
        lists("/tree", "a", "b");
        lists("/other", "c");

        assertThat(walk.begin()).isFalse();
    }

    @Test
    void aWalkGoesDeepestFirst() {
        lists("/tree", "b", "a", "c");
        lists("/tree/b", "y", "x");

        assertThat(walk.begin()).isTrue();
        assertThat(next().byName()).isFalse();
        assertThat(next().roots()).containsExactly(paths("/tree/b/x"));
        listsAhead("/tree/a");
    }

    @Test
    void whatIsBelowAStretchComesBeforeWhatFollowsIt() {
        lists("/tree", "a", "b", "c");
        lists("/tree/a", "x");
        Walk.Stretch first = next();
        Walk.Stretch second = next();
        assertThat(second.roots()).containsExactly(paths("/tree/b"));
        walk.ended(second, List.of(GuestPath.of("/tree/b/deep")));
        first.listed(GuestPath.of("/tree/a/x"), 1);
        walk.ended(first, List.of(GuestPath.of("/tree/a/x/deep")));

        listsAhead("/tree/a/x/deep");
        listsAhead("/tree/b/deep");
        listsAhead("/tree/c");
    }

    @Test
    void aWalkByNameGoesByName() {
        lists("/tree", "c", "a", "b");
        lists("/tree/a", "y", "x");

        assertThat(next().byName()).isTrue();
        listsAhead("/tree/a/y");
        listsAhead("/tree/b");
        listsAhead("/tree/c");
    }

    /** Its first directory is the first by name as well. */
    @Test
    void aWalkShowsLaterThatItGoesByName() {
        List<String> listed = new ArrayList<>(List.of(names(40)));
        Collections.reverse(listed.subList(1, 40));
        lists("/tree", listed.toArray(String[]::new));
        lists("/tree/d0000", "below");
        lists("/tree/d0000/below");
        assertThat(next().byName()).isFalse();
        lists("/tree/d0001", "z", "y");

        Walk.Stretch byName = next();
        assertThat(byName.byName()).isTrue();
        assertThat(byName.roots()).containsExactly(paths("/tree/d0001/y"));
        end(byName, "/tree/d0001/y");

        lists("/tree/d0001/z");
        lists("/tree/d0038");
        Walk.Stretch asListed = next();
        assertThat(asListed.byName()).isFalse();
        assertThat(asListed.roots()).containsExactly(paths("/tree/d0037"));
    }

    @Test
    void beingRightLeadsFurtherAhead() {
        lists("/tree", names(2000));
        lists("/tree/d0000");
        Set<String> ahead = new HashSet<>();
        for (int i = 1; i <= 600; i++) {
            for (Walk.Stretch stretch = walk.next(); stretch != null; stretch = walk.next()) {
                String[] listed =
                        stretch.roots().stream().map(GuestPath::toString).toArray(String[]::new);
                assertThat(listed)
                        .hasSizeLessThanOrEqualTo(stretch.maxDirectories())
                        .isSorted();
                end(stretch, listed);
                ahead.addAll(List.of(listed));
            }
            assertThat(ahead).hasSizeLessThanOrEqualTo(i == 1 ? Walk.MIN_AHEAD : Walk.MAX_AHEAD);
            String next = "/tree/d%04d".formatted(i);
            takes(next);
            ahead.remove(next);
        }
        assertThat(ahead).hasSizeGreaterThan(Walk.MAX_AHEAD * 2 / 3);
    }

    @Test
    void beingWrongMakesRoomForLittle() {
        lists("/tree", names(500));
        lists("/tree/d0000");
        for (int i = 1; i <= Walk.MIN_AHEAD; i++) {
            listsAhead("/tree/d%04d".formatted(i));
        }
        assertThat(walk.next()).isNull();
        lists("/tree/d0400", "x", "y");

        listsAhead("/tree/d0400/x");
        assertThat(walk.next()).isNull();
    }

    @Test
    void whatIsFarAheadDoesNotKeepWhatIsNextFromBeingListed() {
        lists("/tree", "a", "b", "c");
        lists("/tree/a");
        Walk.Stretch near = next();
        Walk.Stretch large = next();
        large.listed(GuestPath.of("/tree/c"), MUCH);
        walk.ended(large, List.of());
        near.listed(GuestPath.of("/tree/b"), 1);
        walk.ended(near, List.of(GuestPath.of("/tree/b/x"), GuestPath.of("/tree/b/y")));
        takes("/tree/b");
        assertThat(walk.next()).isNull();

        lists("/tree/b/x");

        listsAhead("/tree/b/y");
    }

    @Test
    void whatIsLargeEndsTheListingAhead() {
        lists("/tree", "a", "b", "c");
        lists("/tree/a");
        Walk.Stretch large = next();
        large.listed(GuestPath.of("/tree/b"), MUCH);
        walk.ended(large, List.of());

        assertThat(walk.next()).isNull();
        takes("/tree/b");
        listsAhead("/tree/c");
    }

    @Test
    void whatTheProgramListsItselfIsNotListedAhead() {
        lists("/tree", "a", "b", "c");
        lists("/tree/a");
        lists("/tree/b");

        listsAhead("/tree/c");
    }

    @Test
    void whatTheProgramIsListingIsNotListedAhead() {
        lists("/tree", "a", "b", "c");
        lists("/tree/a");
        walk.visit(TREE.resolve("b"));

        listsAhead("/tree/c");
    }

    @Test
    void whatMayBeBelowAStretchIsWaitedFor() {
        lists("/tree", "a", "b", "c");
        lists("/tree/a");
        Walk.Stretch stretch = next();
        assertThat(stretch.roots()).containsExactly(paths("/tree/b"));

        CompletableFuture<Void> below = walk.listing(GuestPath.of("/tree/b/deep/deeper"));
        assertThat(below).isNotDone();
        assertThat(walk.listing(GuestPath.of("/tree/c"))).isDone();
        end(stretch, "/tree/b");

        assertThat(below).isDone();
        assertThat(walk.listing(GuestPath.of("/tree/b"))).isDone();
    }

    @Test
    void whatTheCacheKnowsIsNoReason() {
        walk.listed(walk.visit(TREE), List.of("a", "b"), true);
        walk.listed(walk.visit(TREE.resolve("a")), List.of("x"), true);

        assertThat(walk.begin()).isFalse();

        lists("/tree/a/x", "deep");
        listsAhead("/tree/a/x/deep");
    }

    @Test
    void threadsAreFew() {
        lists("/tree", names(20));
        lists("/tree/d0000");

        List<Boolean> begun = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            begun.add(walk.begin());
        }
        assertThat(begun).containsExactly(true, true, true, false, false);
    }

    @Test
    void whatIsTooDeepForAPathIsNoConcern() {
        lists("/tree", "a", "b");
        lists("/tree/a", "x".repeat(1 << 20), "y");

        listsAhead("/tree/a/y");
        listsAhead("/tree/b");
    }

    @Test
    void whatIsExpectedIsBounded() {
        lists("/tree", names(5000));
        lists("/tree/d0000", names(5000));

        int expected = 0;
        for (Walk.Stretch stretch = walk.next(); stretch != null; stretch = walk.next()) {
            String[] roots = stretch.roots().stream().map(GuestPath::toString).toArray(String[]::new);
            end(stretch, roots);
            Stream.of(roots).forEach(this::takes);
            expected += roots.length;
        }
        assertThat(expected).isEqualTo(4096);
    }

    @Test
    void nothingIsListedAheadWhenStopped() {
        lists("/tree", "a", "b", "c");
        lists("/tree/a", "x");
        Walk.Stretch last = next();
        walk.stop();
        walk.ended(last, List.of(GuestPath.of("/tree/a/x/deep")));
        lists("/tree/b", "y");

        assertThat(walk.begin()).isFalse();
        assertThat(walk.next()).isNull();
    }

    @Test
    void whereNothingIsRememberedNothingIsListedAhead() {
        Walk none = new Walk(0);
        none.listed(none.visit(TREE), List.of("a", "b"), false);
        none.listed(none.visit(TREE.resolve("a")), List.of("x"), false);

        assertThat(none.begin()).isFalse();
    }
}
