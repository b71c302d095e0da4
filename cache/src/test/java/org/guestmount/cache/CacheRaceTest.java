package org.guestmount.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.guestmount.cache.Actions.Action;
import org.guestmount.cache.Actions.Side;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InMemoryGuestFilesystem;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.RenameMode;
import org.guestmount.core.fs.XattrMode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Operations that overlap: afterwards the cache says what the guest says. */
class CacheRaceTest {
    private static final CacheConfig CONFIG = new CacheConfig(Duration.ofDays(1), CacheConfig.DEFAULT_MAX_BYTES);
    private static final List<String> NAMES = List.of("a", "B", "c");
    private static final GuestPath DIR = GuestPath.of("/a");
    private static final GuestPath FILE = GuestPath.of("/a/a");
    private static final GuestPath OTHER = GuestPath.of("/a/B");
    private static final GuestPath DIR2 = GuestPath.of("/c");

    private final GuestFilesystem guest = new InMemoryGuestFilesystem();
    private final MeanwhileFilesystem line = new MeanwhileFilesystem(guest);
    private final GuestFilesystem cached = new CachingFilesystem(line, CONFIG);

    @BeforeEach
    void makeTree() throws GuestFilesystemException {
        guest.mkdir(DIR, 0755, Credentials.ROOT);
        guest.mkdir(DIR2, 0755, Credentials.ROOT);
        makeFile(guest, FILE);
        makeFile(guest, DIR2.resolve("a"));
        cached.lookup(DIR);
        cached.lookup(DIR2);
    }

    private static void makeFile(GuestFilesystem filesystem, GuestPath path) throws GuestFilesystemException {
        filesystem.release(filesystem
                .create(path, OpenFlags.READ_WRITE, 0644, Credentials.ROOT)
                .handle());
    }

    /** Something done while something else is under way. */
    @FunctionalInterface
    private interface Step {
        void run() throws GuestFilesystemException;
    }

    private static Runnable doing(Step step) {
        return () -> {
            try {
                step.run();
            } catch (GuestFilesystemException e) {
                fail(e);
            }
        };
    }

    private void assertEverythingIsTrue() {
        Actions actions = new Actions(new Random(1), NAMES);
        for (int pass = 0; pass < 2; pass++) {
            for (GuestPath path : actions.paths(3)) {
                for (Action action : actions.everything(path)) {
                    assertThat(action.on(new Side(cached)))
                            .as(action.description())
                            .isEqualTo(action.on(new Side(guest)));
                }
            }
        }
    }

    @Test
    void aLookupOvertakenByAWriteIsNotRemembered() throws Exception {
        FileHandle file = cached.open(FILE, OpenFlags.READ_WRITE).handle();
        cached.write(file, 0, ByteBuffer.allocate(1));

        line.afterNext(doing(() -> cached.write(file, 0, ByteBuffer.allocate(100))));
        assertThat(cached.getattr(FILE).size()).isEqualTo(1);

        assertThat(cached.getattr(FILE).size()).isEqualTo(100);
    }

    @Test
    void whatIsLookedUpDuringAWriteIsNotRemembered() throws Exception {
        FileHandle file = cached.open(FILE, OpenFlags.READ_WRITE).handle();

        line.beforeNext(doing(() -> assertThat(cached.getattr(FILE).size()).isZero()));
        cached.write(file, 0, ByteBuffer.allocate(100));

        assertThat(cached.getattr(FILE).size()).isEqualTo(100);
    }

    @Test
    void ofTwoChangesAtOnceNeitherReplyIsRemembered() throws Exception {
        cached.lookup(FILE);

        line.afterNext(doing(() -> cached.setattr(FILE, AttributeChange.ofMode(0711))));
        cached.setattr(FILE, AttributeChange.ofMode(0722));

        assertThat(cached.getattr(FILE).mode()).isEqualTo(0100711);
    }

    @Test
    void aListingOvertakenByChangesIsNotComplete() throws Exception {
        line.afterNext(doing(() -> {
            cached.unlink(FILE);
            makeFile(cached, OTHER);
        }));
        cached.lookup(DIR);
        cached.readDirectory(DIR, 1 << 20);

        assertEverythingIsTrue();
    }

    @Test
    void aTreeInWhichADirectoryIsReplacedMeanwhileIsNotRemembered() throws Exception {
        for (GuestPath parent : List.of(OTHER, DIR2.resolve("B"))) {
            guest.mkdir(parent, 0755, Credentials.ROOT);
            guest.mkdir(parent.resolve("a"), 0755, Credentials.ROOT);
        }
        makeFile(guest, OTHER.resolve("a").resolve("a"));
        makeFile(guest, DIR2.resolve("B").resolve("a").resolve("c"));
        cached.lookup(OTHER);
        cached.lookup(DIR2.resolve("B").resolve("a"));

        line.afterNext(doing(() -> cached.rename(DIR2.resolve("B"), OTHER, RenameMode.EXCHANGE)));
        cached.listTrees(List.of(DIR), false, 10);

        assertEverythingIsTrue();
    }

    @Test
    void aListingInPartsSeesChangesBetweenThem() throws Exception {
        makeFile(guest, OTHER);
        FileHandle next = cached.readDirectory(DIR, 1).next();
        cached.rename(FILE, DIR.resolve("c"), RenameMode.REPLACE);

        while (next != null) {
            next = cached.readDirectory(next, 1).next();
        }

        assertEverythingIsTrue();
    }

    @Test
    void aNameRemovedMeanwhileInAnotherCaseIsNotRemembered() throws Exception {
        MeanwhileFilesystem foldingLine = new MeanwhileFilesystem(new FoldingFilesystem(guest));
        GuestFilesystem overFolding = new CachingFilesystem(foldingLine, CONFIG);
        GuestPath second = DIR.resolve("c");
        guest.link(FILE, second);
        overFolding.lookup(DIR);

        foldingLine.afterNext(doing(() -> overFolding.unlink(GuestPath.of("/A/A"))));
        overFolding.lookup(FILE);
        overFolding.lookup(second);

        assertThatThrownBy(() -> overFolding.lookup(FILE)).isInstanceOf(GuestFilesystemException.class);
    }

    @Test
    void aWayThatLeadsElsewhereMeanwhileInAnotherCaseIsNotRemembered() throws Exception {
        MeanwhileFilesystem foldingLine = new MeanwhileFilesystem(new FoldingFilesystem(guest));
        GuestFilesystem overFolding = new CachingFilesystem(foldingLine, CONFIG);
        GuestPath moved = GuestPath.of("/b");
        overFolding.lookup(DIR);

        foldingLine.beforeNext(doing(() -> {
            overFolding.rename(GuestPath.of("/A"), moved, RenameMode.REPLACE);
            overFolding.rename(GuestPath.of("/C"), DIR, RenameMode.REPLACE);
        }));
        overFolding.lookup(FILE);

        assertThat(overFolding.lookup(moved.resolve("a"))).isEqualTo(guest.lookup(moved.resolve("a")));
    }

    @Test
    void aListingDuringAChangeIsNotComplete() throws Exception {
        line.beforeNext(doing(() -> cached.readDirectory(DIR, 1 << 20)));
        line.afterNext(() -> assertThatThrownBy(() -> cached.mkdir(OTHER, 0755, Credentials.ROOT))
                .isInstanceOf(GuestFilesystemException.class));
        makeFile(cached, OTHER);

        assertEverythingIsTrue();
    }

    @Test
    void aListingInPartsIsNotCompletedOverANameOfUncertainMeaning() throws Exception {
        makeFile(guest, DIR.resolve("c"));
        FileHandle next = cached.readDirectory(DIR, 1).next();
        line.afterNext(() -> assertThatThrownBy(() -> cached.mkdir(OTHER, 0755, Credentials.ROOT))
                .isInstanceOf(GuestFilesystemException.class));
        makeFile(cached, OTHER);

        while (next != null) {
            next = cached.readDirectory(next, 1).next();
        }

        assertEverythingIsTrue();
    }

    @Test
    void aMissingNameMadeMeanwhileIsNotMissing() throws Exception {
        line.afterNext(doing(() -> makeFile(cached, OTHER)));
        assertThatThrownBy(() -> cached.lookup(OTHER)).isInstanceOf(GuestFilesystemException.class);

        assertThat(cached.lookup(OTHER)).isNotNull();
    }

    @Test
    void aLookupThroughADirectoryThatIsReplacedMeanwhileIsNotRemembered() throws Exception {
        line.afterNext(doing(() -> cached.rename(DIR, DIR2, RenameMode.EXCHANGE)));
        cached.lookup(FILE);

        assertEverythingIsTrue();
    }

    @Test
    void aCreationInADirectoryThatIsReplacedMeanwhileIsFoundWhereItWasDone() throws Exception {
        cached.readDirectory(DIR, 1 << 20);
        cached.readDirectory(DIR2, 1 << 20);

        line.beforeNext(doing(() -> cached.rename(DIR, DIR2, RenameMode.EXCHANGE)));
        makeFile(cached, OTHER);

        assertEverythingIsTrue();
    }

    @Test
    void aNameReplacedOnTheWayOfItsRemovalTakesTheNewInodeAlong() throws Exception {
        makeFile(guest, OTHER);
        guest.link(OTHER, DIR2.resolve("c"));
        cached.lookup(FILE);
        cached.lookup(OTHER);

        line.beforeNext(doing(() -> {
            cached.rename(OTHER, FILE, RenameMode.REPLACE);
            cached.lookup(DIR2.resolve("c"));
        }));
        cached.unlink(FILE);

        assertEverythingIsTrue();
    }

    @Test
    void anInodeNumberGivenToANewFileMeanwhileIsNotTakenForTheOldOne() throws Exception {
        cached.setxattr(FILE, "user.x", new byte[] {1}, XattrMode.CREATE);

        line.afterNext(doing(() -> {
            cached.unlink(FILE);
            cached.mkdir(OTHER, 0700, Credentials.ROOT);
        }));
        cached.getxattr(FILE, "user.x");

        assertEverythingIsTrue();
    }

    @Test
    void aLookupOvertakenByTheRemovalOfAnotherNameIsNotRemembered() throws Exception {
        cached.link(FILE, OTHER);
        cached.setxattr(FILE, "user.x", new byte[1], XattrMode.CREATE);

        line.afterNext(doing(() -> cached.unlink(OTHER)));
        assertThat(cached.getattr(FILE).links()).isEqualTo(2);

        assertThat(cached.getattr(FILE).links()).isEqualTo(1);
    }

    @Test
    void anXattrOfAnotherFileMovedInPlaceMeanwhileIsNotRemembered() throws Exception {
        cached.setxattr(FILE, "user.x", new byte[] {1}, XattrMode.CREATE);
        cached.setxattr(DIR2.resolve("a"), "user.x", new byte[] {2}, XattrMode.CREATE);

        line.beforeNext(doing(() -> cached.rename(DIR, DIR2, RenameMode.EXCHANGE)));
        assertThat(cached.getxattr(FILE, "user.x")).containsExactly(2);

        assertEverythingIsTrue();
    }

    @Test
    void anXattrSetMeanwhileIsAskedAgain() throws Exception {
        cached.setxattr(FILE, "user.x", new byte[] {1}, XattrMode.CREATE);

        line.afterNext(doing(() -> cached.setxattr(FILE, "user.x", new byte[] {2}, XattrMode.REPLACE)));
        assertThat(cached.getxattr(FILE, "user.x")).containsExactly(1);

        assertThat(cached.getxattr(FILE, "user.x")).containsExactly(2);
    }

    /**
     * Random operations, on the way of each others random others. Only when none is under way is anything compared:
     * before that any of several answers is right.
     */
    @ParameterizedTest
    @CsvSource({"67108864,false", "6000,false", "67108864,true"})
    void whateverOverlapsNothingStaleIsLeft(long maxBytes, boolean folding) {
        for (int run = 0; run < 2; run++) {
            long seed = new Random().nextLong();
            System.out.printf("CacheRaceTest: maxBytes %d, folding %s, seed %d%n", maxBytes, folding, seed);
            new OverlappingRun(new Random(seed), maxBytes, folding).run(1200);
        }
    }

    /** One tree and one sequence of random operations. */
    private static final class OverlappingRun {
        private final Random random;
        private final Actions actions;
        private final List<String> log = new ArrayList<>();
        private final GuestFilesystem guest;
        private final MeanwhileFilesystem line;
        private final Side cached;
        private int depth;

        OverlappingRun(Random random, long maxBytes, boolean folding) {
            this.random = random;
            this.actions = new Actions(random, folding ? List.of("a", "A", "b") : NAMES);
            GuestFilesystem exact = new InMemoryGuestFilesystem();
            this.guest = folding ? new FoldingFilesystem(exact) : exact;
            this.line = new MeanwhileFilesystem(guest);
            CacheConfig config = new CacheConfig(Duration.ofDays(1), maxBytes);
            this.cached = new Side(new CachingFilesystem(line, config));
        }

        void run(int steps) {
            List<GuestPath> paths = actions.paths(3);
            for (int step = 0; step < steps; step++) {
                act();
                line.beforeNext(() -> {});
                line.afterNext(() -> {});
                log.add("--");
                for (int looks = random.nextInt(4); looks > 0; looks--) {
                    compare(actions.look(actions.path()));
                }
                if (random.nextInt(40) == 0) {
                    Collections.shuffle(paths, random);
                    paths.forEach(path -> actions.everything(path).forEach(this::compare));
                }
            }
        }

        private void act() {
            depth++;
            if (depth < 4 && random.nextBoolean()) {
                line.beforeNext(this::act);
            }
            if (depth < 4 && random.nextBoolean()) {
                line.afterNext(this::act);
            }
            Action action =
                    random.nextInt(3) == 0 ? actions.look(actions.path()) : actions.change(1 + random.nextInt(4));
            log.add("  ".repeat(depth) + action.description());
            Object result = action.on(cached);
            log.add("  ".repeat(depth) + "= " + result);
            depth--;
        }

        private void compare(Action action) {
            Object expected = action.on(new Side(guest));
            Object actual = action.on(cached);
            if (!actual.equals(expected)) {
                List<String> last = log.subList(Math.max(0, log.size() - 80), log.size());
                assertThat(actual)
                        .as(String.join("\n", last) + "\n" + action.description())
                        .isEqualTo(expected);
            }
        }
    }
}
