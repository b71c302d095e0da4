package org.guestmount.core.fs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DepthFirstTest {
    private static final Map<String, List<String>> TREE = Map.of(
            "/", List.of("b", "a", "a-b", "a b"),
            "/a", List.of("y", "x"),
            "/a/x", List.of("deep"),
            "/a b", List.of("0", "~"),
            "/b", List.of());

    private static List<GuestPath> walk(boolean byName) {
        DepthFirst order = new DepthFirst(List.of(GuestPath.ROOT), byName);
        List<GuestPath> passed = new ArrayList<>();
        for (GuestPath next = order.next(); next != null; next = order.next()) {
            passed.add(next);
            order.enter(next, TREE.getOrDefault(next.toString(), List.of()));
        }
        return passed;
    }

    @Test
    void whatIsBelowComesBeforeWhatFollows() {
        assertThat(walk(false))
                .extracting(GuestPath::toString)
                .containsExactly("/", "/b", "/a", "/a/y", "/a/x", "/a/x/deep", "/a-b", "/a b", "/a b/0", "/a b/~");
    }

    @Test
    void walkingByNameIsSortingByName() {
        List<GuestPath> walked = walk(true);
        assertThat(walked)
                .extracting(GuestPath::toString)
                .containsExactly("/", "/a", "/a/x", "/a/x/deep", "/a/y", "/a b", "/a b/0", "/a b/~", "/a-b", "/b");
        List<GuestPath> sorted = new ArrayList<>(walked);
        for (int seed = 0; seed < 20; seed++) {
            Collections.shuffle(sorted, new Random(seed));
            sorted.sort(DepthFirst.BY_NAME);
            assertThat(sorted).isEqualTo(walked);
        }
    }
}
