package org.guestmount.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.InodeKey;
import org.junit.jupiter.api.Test;

class NodeLocksTest {
    private final NodeLocks locks = new NodeLocks();
    private final Node one = new Node(2, new InodeKey(1, 2), FileType.REGULAR);
    private final Node other = new Node(3, new InodeKey(1, 3), FileType.REGULAR);

    /** Whether another thread gets the second lock while this one has the first. */
    private boolean areCompatible(Function<NodeLocks, NodeLocks.Held> first, Function<NodeLocks, NodeLocks.Held> second)
            throws InterruptedException {
        CountDownLatch got = new CountDownLatch(1);
        Thread thread = new Thread(() -> {
            second.apply(locks).close();
            got.countDown();
        });
        boolean compatible;
        NodeLocks.Held held = first.apply(locks);
        try {
            thread.start();
            compatible = got.await(200, TimeUnit.MILLISECONDS);
        } finally {
            held.close();
        }
        assertThat(got.await(10, TimeUnit.SECONDS)).isTrue();
        return compatible;
    }

    @Test
    void useIsShared() throws InterruptedException {
        assertThat(areCompatible(l -> l.use(one), l -> l.use(one))).isTrue();
    }

    @Test
    void takingANameExcludesUseOfThatNodeOnly() throws InterruptedException {
        assertThat(areCompatible(l -> l.takeName(one), l -> l.use(one))).isFalse();
        assertThat(areCompatible(l -> l.takeName(one), l -> l.use(other))).isTrue();
    }

    @Test
    void takingTwoNamesExcludesUseOfBoth() throws InterruptedException {
        assertThat(areCompatible(l -> l.takeNames(other, one), l -> l.use(one))).isFalse();
        assertThat(areCompatible(l -> l.takeNames(one, other), l -> l.use(other)))
                .isFalse();
        assertThat(areCompatible(l -> l.takeNames(one, one), l -> l.use(one))).isFalse();
    }

    @Test
    void changingTheTreeExcludesEverything() throws InterruptedException {
        assertThat(areCompatible(NodeLocks::changeTree, l -> l.use(one))).isFalse();
        assertThat(areCompatible(l -> l.use(one), NodeLocks::changeTree)).isFalse();
        assertThat(areCompatible(NodeLocks::changeTree, l -> l.takeName(other))).isFalse();
    }
}
