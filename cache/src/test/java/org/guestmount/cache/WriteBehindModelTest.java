package org.guestmount.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ForkJoinPool;
import org.guestmount.cache.Actions.Action;
import org.guestmount.cache.Actions.Side;
import org.guestmount.cache.writebehind.LateUpdates;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InMemoryGuestFilesystem;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The same random operations through cache and write-behind, over a guest that is late, and on a filesystem without either: whatever is asked,
 * the answers are equal. Time stands still, for what is put off gets the time when it is done.
 */
class WriteBehindModelTest {
    private static final int STEPS = 2000;
    private static final InstantSource CLOCK = () -> Instant.ofEpochSecond(1000);

    private static GuestFilesystem newFilesystem(boolean folding) {
        GuestFilesystem filesystem = new InMemoryGuestFilesystem(CLOCK);
        return folding ? new FoldingFilesystem(filesystem) : filesystem;
    }

    @ParameterizedTest
    @CsvSource({"67108864,false", "0,false", "67108864,true", "0,true"})
    void everyAnswerIsThatOfTheFilesystemItself(long maxBytes, boolean folding) throws Exception {
        for (int run = 0; run < 2; run++) {
            long seed = new Random().nextLong();
            System.out.printf("WriteBehindModelTest: maxBytes %d, folding %s, seed %d%n", maxBytes, folding, seed);
            runSteps(new Random(seed), maxBytes, folding);
        }
    }

    private static void runSteps(Random random, long maxBytes, boolean folding) throws Exception {
        Side model = new Side(newFilesystem(folding));
        LateUpdates guest = new LateUpdates(newFilesystem(folding), ForkJoinPool.commonPool());
        CacheConfig config = new CacheConfig(Duration.ofDays(10_000), maxBytes);
        Side tested = new Side(new CachingFilesystem(guest.behind(), config));
        List<String> names = List.of("a", "B", folding ? "b" : "c");
        Actions actions = new Actions(random, names, path -> !leadsThroughALink(path, model.filesystem()));
        List<String> log = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            compare(actions.change(model.open().size()), model, tested, log);
            if (random.nextInt(3) == 0) {
                compare(actions.look(actions.path()), model, tested, log);
            }
            if (!model.open().isEmpty() && random.nextInt(8) == 0) {
                compare(actions.getattr(random.nextInt(model.open().size())), model, tested, log);
            }
            if (random.nextInt(60) == 0) {
                for (GuestPath path : actions.paths(3)) {
                    actions.everything(path).forEach(action -> compare(action, model, tested, log));
                }
            }
        }
        tested.filesystem().close();
    }

    /** Such paths the host's kernel resolves; only what it looks at may still be reached through them here. */
    private static boolean leadsThroughALink(GuestPath path, GuestFilesystem filesystem) {
        for (GuestPath parent = path.parent(); !parent.isRoot(); parent = parent.parent()) {
            try {
                if (filesystem.getattr(parent).type() == FileType.SYMBOLIC_LINK) {
                    return true;
                }
            } catch (GuestFilesystemException e) {
                // There is nothing there, then.
            }
        }
        return false;
    }

    private static void compare(Action action, Side model, Side tested, List<String> log) {
        Object expected = action.on(model);
        Object actual = action.on(tested);
        log.add(action.description() + " = " + expected);
        boolean guessed = actual instanceof FileAttributes attributes && attributes.provisional();
        Object compared = guessed && expected instanceof FileAttributes truth
                ? confirmed((FileAttributes) actual, truth)
                : actual;
        if (!compared.equals(expected)) {
            List<String> last = log.subList(Math.max(0, log.size() - 60), log.size());
            assertThat(compared).as(String.join("\n", last)).isEqualTo(expected);
        }
    }

    /** With what is not guessed taken over from the truth. */
    private static FileAttributes confirmed(FileAttributes guess, FileAttributes truth) {
        return new FileAttributes(
                guess.device(),
                guess.inode(),
                guess.mode(),
                guess.links(),
                guess.uid(),
                guess.gid(),
                guess.rdev(),
                guess.size(),
                truth.blocks(),
                guess.blockSize(),
                truth.accessed(),
                truth.modified(),
                truth.changed());
    }
}
