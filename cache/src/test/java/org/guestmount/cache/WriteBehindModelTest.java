package org.guestmount.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ForkJoinPool;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
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
 * The same random operations through drafts, prefetching, cache and write-behind, over a guest that is late, and on a filesystem without any: whatever is asked,
 * the answers are equal. Time stands still, for what is put off gets the time when it is done.
 */
class WriteBehindModelTest {
    private static final int STEPS = 2000;
    private static final List<String> MAKING = List.of("create", "mkdir", "mknod", "symlink");
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
        OnDriveFilesystem drives = new OnDriveFilesystem(newFilesystem(folding));
        LateUpdates guest = new LateUpdates(drives, ForkJoinPool.commonPool());
        CacheConfig config = new CacheConfig(Duration.ofDays(10_000), maxBytes);
        Side tested = new Side(LateUpdates.drafts(new CachingFilesystem(guest.behind(), config), drives));
        List<String> names = List.of("a", "B", folding ? "b" : "c");
        Actions actions = new Actions(random, names, path -> !leadsThroughALink(path, model.filesystem()));
        List<String> log = new ArrayList<>();
        Numbers numbers = new Numbers();
        for (int step = 0; step < STEPS; step++) {
            compare(actions.change(model.open().size()), model, tested, numbers, log);
            if (random.nextInt(3) == 0) {
                compare(actions.look(actions.path()), model, tested, numbers, log);
            }
            if (!model.open().isEmpty() && random.nextInt(8) == 0) {
                compare(actions.look(random.nextInt(model.open().size())), model, tested, numbers, log);
            }
            if (random.nextInt(60) == 0) {
                for (GuestPath path : actions.paths(3)) {
                    actions.everything(path).forEach(action -> compare(action, model, tested, numbers, log));
                }
            }
        }
        tested.filesystem().close();
        // Otherwise it is not known what a path leads to.
        assertThat(drives.bytesRead() > 0).isEqualTo(maxBytes > 0 && !folding);
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

    /**
     * Which inode of the one is which of the other: files are made in another order than they were asked for, so that they get other
     * numbers.
     */
    private static final class Numbers {
        private static final Pattern NUMBER = Pattern.compile("(?<=inode=)\\d+");

        private final Map<String, String> testedByTruth = new HashMap<>();

        /** The text with the numbers of the truth, as far as they are of the same inodes. */
        String translated(String tested, String truth) {
            Iterator<String> left = numbers(truth).iterator();
            return NUMBER.matcher(tested).replaceAll(number -> {
                String same = left.hasNext() ? left.next() : "";
                testedByTruth.putIfAbsent(same, number.group());
                return number.group().equals(testedByTruth.get(same)) ? same : "other";
            });
        }

        /** These numbers are of new inodes from now on. */
        void renew(String truth) {
            numbers(truth).forEach(testedByTruth::remove);
        }

        private static List<String> numbers(String text) {
            return NUMBER.matcher(text).results().map(MatchResult::group).toList();
        }
    }

    private static void compare(Action action, Side model, Side tested, Numbers numbers, List<String> log) {
        Object expected = action.on(model);
        Object actual = action.on(tested);
        String truth = String.valueOf(expected);
        log.add(action.description() + " = " + truth);
        if (MAKING.stream().anyMatch(action.description()::startsWith)) {
            numbers.renew(truth);
        }
        boolean guessed = actual instanceof FileAttributes attributes && attributes.provisional();
        String compared = guessed && expected instanceof FileAttributes attributes
                ? confirmed((FileAttributes) actual, attributes, numbers)
                : numbers.translated(String.valueOf(actual), truth);
        if (!compared.equals(truth)) {
            List<String> last = log.subList(Math.max(0, log.size() - 60), log.size());
            assertThat(compared).as(String.join("\n", last)).isEqualTo(truth);
        }
    }

    /** With what is guessed taken over from the truth. */
    private static String confirmed(FileAttributes guess, FileAttributes truth, Numbers numbers) {
        FileAttributes confirmed = new FileAttributes(
                guess.device(),
                guess.hasInode() ? guess.inode() : truth.inode(),
                guess.mode(),
                guess.isDirectory() ? truth.links() : guess.links(),
                guess.uid(),
                guess.gid(),
                guess.rdev(),
                guess.size(),
                truth.blocks(),
                guess.blockSize(),
                truth.accessed(),
                truth.modified(),
                truth.changed(),
                false,
                true);
        return guess.hasInode() ? numbers.translated(confirmed.toString(), truth.toString()) : confirmed.toString();
    }
}
