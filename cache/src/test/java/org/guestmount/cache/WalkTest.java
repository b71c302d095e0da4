package org.guestmount.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.guestmount.core.fs.GuestPath;
import org.junit.jupiter.api.Test;

class WalkTest {
    private static final GuestPath TREE = GuestPath.of("/tree");
    private static final long MUCH = 1 << 20;

    private final Walk walk = new Walk(MUCH);

    /** What the program lists without its having been listed ahead. */
    private void lists(String path, String... directories) {
        Walk.Visit visit = walk.visit(GuestPath.of(path));
        assertThat(visit.ahead()).isNull();
        walk.listed(visit, List.of(directories), false);
    }

    private String next() {
        Walk.Ahead next = walk.next();
        return next == null ? "none" : next.path().toString();
    }

    private void listsAhead(String path, String... directories) {
        Walk.Ahead next = Objects.requireNonNull(walk.next());
        assertThat(next.path()).hasToString(path);
        walk.ended(next, List.of(directories), 1);
        assertThat(next.done()).isCompleted();
    }

    private void takes(String path) {
        Walk.Visit visit = walk.visit(GuestPath.of(path));
        assertThat(visit.ahead()).isNotNull();
        walk.listed(visit, List.of(), false);
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
        listsAhead("/tree/b/y", "deep");
        listsAhead("/tree/b/y/deep");
        listsAhead("/tree/b/x");
        listsAhead("/tree/a");
    }

    @Test
    void aWalkByNameGoesByName() {
        lists("/tree", "c", "a", "b");
        lists("/tree/a", "y", "x");

        listsAhead("/tree/a/x");
        listsAhead("/tree/a/y");
        listsAhead("/tree/b");
        listsAhead("/tree/c");
    }

    @Test
    void beingRightLeadsFurtherAhead() {
        lists("/tree", IntStream.range(0, 500).mapToObj(i -> "d" + i).toArray(String[]::new));
        lists("/tree/d0");
        for (int i = 1; i <= Walk.MIN_AHEAD; i++) {
            listsAhead("/tree/d" + i);
        }
        assertThat(next()).isEqualTo("none");

        int listed = Walk.MIN_AHEAD;
        for (int i = 1; i <= 100; i++) {
            takes("/tree/d" + i);
            for (String next = next(); !next.equals("none"); next = next()) {
                listed++;
            }
            assertThat(listed - i).isLessThanOrEqualTo(Walk.MAX_AHEAD);
        }
        assertThat(listed).isEqualTo(100 + Walk.MAX_AHEAD);
    }

    @Test
    void beingWrongMakesRoomForLittle() {
        lists("/tree", IntStream.range(0, 500).mapToObj(i -> "d" + i).toArray(String[]::new));
        lists("/tree/d0");
        for (int i = 1; i <= Walk.MIN_AHEAD; i++) {
            listsAhead("/tree/d" + i);
        }
        lists("/tree/d400", "x", "y");

        listsAhead("/tree/d400/x");
        assertThat(next()).isEqualTo("none");
    }

    @Test
    void whatIsLargeEndsTheListingAhead() {
        lists("/tree", "a", "b", "c");
        lists("/tree/a");
        Walk.Ahead large = Objects.requireNonNull(walk.next());
        walk.ended(large, List.of(), MUCH);

        assertThat(next()).isEqualTo("none");
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
    void whatTheCacheKnowsIsNoReason() {
        walk.listed(walk.visit(TREE), List.of("a", "b"), true);
        walk.listed(walk.visit(TREE.resolve("a")), List.of("x"), true);

        assertThat(walk.begin()).isFalse();

        lists("/tree/a/x", "deep");
        listsAhead("/tree/a/x/deep");
    }

    @Test
    void threadsAreFew() {
        lists("/tree", "a", "b", "c", "d");
        lists("/tree/a");

        List<Boolean> begun = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            begun.add(walk.begin());
        }
        assertThat(begun).containsExactly(true, true, false, false);
    }

    @Test
    void whatIsTooDeepForAPathIsNoConcern() {
        lists("/tree", "a", "b");
        lists("/tree/a", "x".repeat(1 << 20), "y");

        listsAhead("/tree/a/y", "x".repeat(1 << 20));
        listsAhead("/tree/b");
    }

    @Test
    void nothingIsListedAheadWhenStopped() {
        lists("/tree", "a", "b", "c");
        lists("/tree/a", "x");
        Walk.Ahead last = Objects.requireNonNull(walk.next());
        walk.stop();
        walk.ended(last, List.of("deep"), 1);
        lists("/tree/b", "y");

        assertThat(walk.begin()).isFalse();
        assertThat(next()).isEqualTo("none");
    }

    @Test
    void whereNothingIsRememberedNothingIsListedAhead() {
        Walk none = new Walk(0);
        none.listed(none.visit(TREE), List.of("a", "b"), false);
        none.listed(none.visit(TREE.resolve("a")), List.of("x"), false);

        assertThat(none.begin()).isFalse();
    }
}
