package org.guestmount.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.guestmount.cache.Actions.Action;
import org.guestmount.cache.Actions.Side;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InMemoryGuestFilesystem;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The same random operations through the cache and on a filesystem without one: whatever is asked, the answers are
 * equal. Little is asked between the operations, so that what the cache knows is as patchy as it can be, and from time
 * to time everything.
 */
class CacheModelTest {
    private static final int STEPS = 3000;
    private static final Duration FOR_EVER = Duration.ofDays(10_000);

    private final AtomicLong time = new AtomicLong();

    private GuestFilesystem newFilesystem(boolean folding) {
        InstantSource clock = () -> Instant.ofEpochSecond(time.get());
        GuestFilesystem filesystem = new InMemoryGuestFilesystem(clock);
        return folding ? new FoldingFilesystem(filesystem) : filesystem;
    }

    @ParameterizedTest
    @CsvSource({"67108864,false", "20000,false", "4000,false", "0,false", "67108864,true", "10000,true"})
    void everyAnswerIsThatOfTheFilesystemItself(long maxBytes, boolean folding) {
        for (int run = 0; run < 2; run++) {
            long seed = new Random().nextLong();
            System.out.printf("CacheModelTest: maxBytes %d, folding %s, seed %d%n", maxBytes, folding, seed);
            runSteps(new Random(seed), maxBytes, folding);
        }
    }

    private void runSteps(Random random, long maxBytes, boolean folding) {
        Side model = new Side(newFilesystem(folding));
        Side cached = new Side(new CachingFilesystem(newFilesystem(folding), new CacheConfig(FOR_EVER, maxBytes)));
        Actions actions = new Actions(random, List.of("a", "B", folding ? "b" : "c"));
        List<GuestPath> paths = actions.paths(3);
        List<String> log = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            time.incrementAndGet();
            compare(actions.change(model.open().size()), model, cached, log);
            for (int looks = random.nextInt(4); looks > 0; looks--) {
                compare(actions.look(actions.path()), model, cached, log);
            }
            if (!model.open().isEmpty()) {
                compare(actions.getattr(random.nextInt(model.open().size())), model, cached, log);
            }
            if (random.nextInt(60) == 0) {
                Collections.shuffle(paths, random);
                paths.forEach(path -> actions.everything(path).forEach(action -> compare(action, model, cached, log)));
            }
        }
    }

    private static void compare(Action action, Side model, Side cached, List<String> log) {
        Object expected = action.on(model);
        Object actual = action.on(cached);
        log.add(action.description() + " = " + expected);
        if (!actual.equals(expected)) {
            List<String> last = log.subList(Math.max(0, log.size() - 60), log.size());
            assertThat(actual).as(String.join("\n", last)).isEqualTo(expected);
        }
    }
}
