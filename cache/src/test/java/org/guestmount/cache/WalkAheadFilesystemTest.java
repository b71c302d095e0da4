package org.guestmount.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.DirectoryChunk;
import org.guestmount.core.fs.DirectoryEntry;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileDetails;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.ForwardingGuestFilesystem;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InMemoryGuestFilesystem;
import org.guestmount.core.fs.RecordingGuestFilesystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tree: {@code /tree/d0} to {@code /tree/d9}, each with {@code sub/deep}. */
@Timeout(60)
class WalkAheadFilesystemTest {
    private static final GuestPath TREE = GuestPath.of("/tree");
    private static final int DIRECTORIES = 10;

    /** By the guest, for whichever request. */
    private final List<String> listed = new ArrayList<>();

    private final GuestFilesystem guest = new InMemoryGuestFilesystem() {
        @Override
        public synchronized DirectoryChunk readDirectory(FileReference directory, int maxBytes)
                throws GuestFilesystemException {
            listed.add(directory.toString());
            return super.readDirectory(directory, maxBytes);
        }
    };
    private final RecordingGuestFilesystem asked = new RecordingGuestFilesystem(guest);
    private final MeanwhileFilesystem line = new MeanwhileFilesystem(asked);
    private final ManualThreads threads = new ManualThreads();
    private final GuestFilesystem filesystem = walking(line, CacheConfig.DEFAULT, threads);

    private static GuestFilesystem walking(GuestFilesystem guest, CacheConfig config, ExecutorService threads) {
        return new WalkAheadFilesystem(new CachingFilesystem(guest, config), config, threads);
    }

    /** Does what it was given when it is told to. */
    private static final class ManualThreads extends AbstractExecutorService {
        private final List<Runnable> tasks = new ArrayList<>();
        private boolean ended;

        void run() {
            while (!tasks.isEmpty()) {
                tasks.remove(0).run();
            }
        }

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        @Override
        public void shutdown() {
            ended = true;
        }

        @Override
        public List<Runnable> shutdownNow() {
            throw new AssertionError("not in time");
        }

        @Override
        public boolean isShutdown() {
            return ended;
        }

        @Override
        public boolean isTerminated() {
            return ended && tasks.isEmpty();
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            run();
            return true;
        }
    }

    @BeforeEach
    void makeTree() throws GuestFilesystemException {
        guest.mkdir(TREE, 0755, Credentials.ROOT);
        for (int i = 0; i < DIRECTORIES; i++) {
            GuestPath directory = TREE.resolve("d" + i);
            guest.mkdir(directory, 0755, Credentials.ROOT);
            guest.mkdir(directory.resolve("sub"), 0755, Credentials.ROOT);
            guest.mkdir(directory.resolve("sub").resolve("deep"), 0755, Credentials.ROOT);
        }
        filesystem.lookup(TREE);
        asked.take();
    }

    private List<String> list(GuestPath directory) throws GuestFilesystemException {
        return filesystem.readDirectory(directory, 1 << 20).entries().stream()
                .map(DirectoryEntry::name)
                .toList();
    }

    /** Lists everything as soon as what is done ahead has been done; the directories in order. */
    private List<String> walk(GuestPath directory) throws GuestFilesystemException {
        List<String> all = new ArrayList<>(List.of(directory.toString()));
        List<DirectoryEntry> entries =
                filesystem.readDirectory(directory, 1 << 20).entries();
        threads.run();
        for (String name : Listings.namesOfDirectories(entries)) {
            all.addAll(walk(directory.resolve(name)));
        }
        return all;
    }

    private List<String> requests() {
        return asked.take().stream()
                .filter(o -> o.startsWith("readDirectory") || o.startsWith("listTrees"))
                .toList();
    }

    @Test
    void nothingIsListedTwice() throws Exception {
        List<String> walked = walk(TREE);

        assertThat(walked).hasSize(1 + 3 * DIRECTORIES);
        assertThat(listed).containsExactlyInAnyOrderElementsOf(walked);
    }

    @Test
    void manyAreListedWithOneRequest() throws Exception {
        for (int i = 0; i < 500; i++) {
            guest.mkdir(TREE.resolve("more" + i), 0755, Credentials.ROOT);
        }
        walk(TREE);

        assertThat(requests()).hasSizeLessThan(100);
    }

    @Test
    void whatIsLargeIsListedByItself() throws Exception {
        GuestPath large = TREE.resolve("d5").resolve("sub");
        for (int i = 0; i < 1500; i++) {
            guest.mknod(large.resolve("file" + i), FileType.REGULAR.modeBits(), 0, Credentials.ROOT);
        }

        assertThat(walk(TREE)).hasSize(1 + 3 * DIRECTORIES);
        assertThat(requests())
                .filteredOn(o -> o.startsWith("readDirectory " + large))
                .isNotEmpty();
    }

    @Test
    void theProgramIsAnsweredFromWhatWasListedAhead() throws Exception {
        list(TREE);
        String first = list(TREE).get(0);
        list(TREE.resolve(first));
        threads.run();
        asked.take();

        assertThat(list(TREE.resolve(first).resolve("sub"))).containsExactly("deep");
        assertThat(asked.take()).isEmpty();
    }

    @Test
    void aKnownTreeIsNotWalkedAhead() throws Exception {
        walk(TREE);
        asked.take();

        list(TREE);
        list(TREE.resolve("d0"));

        assertThat(threads.tasks).isEmpty();
        assertThat(asked.take()).isEmpty();
    }

    @Test
    void whatChangesWhileItIsListedAheadIsSeen() throws Exception {
        GuestPath sub = startAtFirst().resolve("sub");
        GuestPath made = sub.resolve("made");
        line.afterNext(() -> mkdir(made));
        threads.run();

        assertThat(list(sub)).containsExactlyInAnyOrder("deep", "made");
    }

    @Test
    void whatIsRemovedWhileItIsListedAheadIsGone() throws Exception {
        GuestPath sub = startAtFirst().resolve("sub");
        line.afterNext(() -> rmdir(sub.resolve("deep")));
        threads.run();

        assertThat(list(sub)).isEmpty();
    }

    @Test
    void whatIsRemovedBeforeItIsListedAheadIsNoConcern() throws Exception {
        GuestPath sub = startAtFirst().resolve("sub");
        filesystem.rmdir(sub.resolve("deep"));
        filesystem.rmdir(sub);
        threads.run();

        assertThat(list(sub.parent())).isEmpty();
        assertThatExceptionOfType(GuestFilesystemException.class)
                .isThrownBy(() -> list(sub))
                .returns(Errno.ENOENT, GuestFilesystemException::errno);
    }

    /** The program has listed the tree and the first directory in it; it returns that one. */
    private GuestPath startAtFirst() throws GuestFilesystemException {
        GuestPath first = TREE.resolve(list(TREE).get(0));
        list(first);
        return first;
    }

    private void mkdir(GuestPath path) {
        try {
            filesystem.mkdir(path, 0755, Credentials.ROOT);
        } catch (GuestFilesystemException e) {
            throw new AssertionError(e);
        }
    }

    private void rmdir(GuestPath path) {
        try {
            filesystem.rmdir(path);
        } catch (GuestFilesystemException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whoAsksForOneNameAfterTheOtherIsTakenToListTheDirectory() throws Exception {
        long enough = LookupBursts.MIN_LOOKUPS + guest.getattr(TREE).size() / LookupBursts.LISTED_PER_LOOKUP;
        assertThat(enough).isLessThan(DIRECTORIES);
        for (int i = 0; i < enough; i++) {
            assertThat(requests()).isEmpty();
            filesystem.lookup(TREE.resolve("d" + i));
        }
        assertThat(requests()).containsExactly("readDirectory " + TREE);

        filesystem.getattr(TREE.resolve("d9"));
        assertFails(Errno.ENOENT, TREE.resolve("missing"));
        assertThat(asked.take()).isEmpty();
    }

    @Test
    void namesHereAndThereListNothing() throws Exception {
        for (int i = 0; i < DIRECTORIES; i++) {
            GuestPath directory = TREE.resolve("d" + i);
            filesystem.lookup(directory);
            filesystem.lookup(directory.resolve("sub"));
            filesystem.lookup(directory.resolve("sub"));
            assertFails(Errno.ENOENT, directory.resolve("missing"));
            assertFails(Errno.ENOENT, directory.resolve("missing"));
        }
        // The names of the tree itself are asked for one after the other.
        assertThat(requests()).containsExactly("readDirectory " + TREE);
    }

    @Test
    void aDirectoryTooLargeForTheCacheIsNotListedForLookups() throws Exception {
        CacheConfig small = new CacheConfig(CacheConfig.DEFAULT.ttl(), 1 << 10);
        try (GuestFilesystem wary = walking(new EndlessDirectories(asked), small, threads)) {
            for (int i = 0; i < DIRECTORIES; i++) {
                wary.lookup(TREE.resolve("d" + i));
            }
        }
        assertThat(requests()).isEmpty();
    }

    /** Whose directories are a megabyte each. */
    private static final class EndlessDirectories extends ForwardingGuestFilesystem {
        EndlessDirectories(GuestFilesystem guest) {
            super(guest);
        }

        @Override
        public FileDetails lookup(GuestPath path) throws GuestFilesystemException {
            FileDetails details = super.lookup(path);
            FileAttributes a = details.attributes();
            FileAttributes large = new FileAttributes(
                    a.device(),
                    a.inode(),
                    a.mode(),
                    a.links(),
                    a.uid(),
                    a.gid(),
                    a.rdev(),
                    1 << 20,
                    a.blocks(),
                    a.blockSize(),
                    a.accessed(),
                    a.modified(),
                    a.changed(),
                    a.provisional(),
                    a.removable());
            return new FileDetails(large, null, false);
        }
    }

    @Test
    void whoAsksForNamesInWhatWasListedAheadIsFollowed() throws Exception {
        startAtFirst();
        threads.run();
        asked.take();

        for (String name : list(TREE)) {
            filesystem.lookup(TREE.resolve(name).resolve("sub"));
            filesystem.lookup(TREE.resolve(name).resolve("sub").resolve("deep"));
            threads.run();
        }
        assertThat(listed).containsAll(expectedOfAll());
        assertThat(asked.take()).noneMatch(o -> o.startsWith("lookup"));
    }

    private static List<String> expectedOfAll() {
        return IntStream.range(0, DIRECTORIES)
                .mapToObj(i -> TREE.resolve("d" + i).resolve("sub").toString())
                .toList();
    }

    private void assertFails(Errno errno, GuestPath path) {
        assertThatExceptionOfType(GuestFilesystemException.class)
                .isThrownBy(() -> filesystem.lookup(path))
                .returns(errno, GuestFilesystemException::errno);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoAsksForWhatIsBeingListedWaits(boolean byName) throws Exception {
        GuestPath sub = startAtFirst().resolve("sub");
        asked.take();
        CountDownLatch under = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        line.beforeNext(() -> {
            under.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        ExecutorService others = Executors.newFixedThreadPool(2);
        try {
            Future<?> ahead = others.submit(threads.tasks.remove(0));
            under.await();
            Future<List<String>> found = others.submit(() -> byName ? lookup(sub, "deep") : list(sub));
            assertThat(found.isDone()).isFalse();
            go.countDown();

            assertThat(found.get()).containsExactly("deep");
            ahead.get();
        } finally {
            others.shutdown();
        }
        assertThat(Collections.frequency(listed, sub.toString())).isEqualTo(1);
        assertThat(asked.take()).noneMatch(o -> o.startsWith("lookup"));
    }

    private List<String> lookup(GuestPath directory, String name) throws GuestFilesystemException {
        filesystem.lookup(directory.resolve(name));
        return List.of(name);
    }

    @Test
    void withoutACacheNothingIsListedAhead() throws Exception {
        CacheConfig none = new CacheConfig(Duration.ZERO, CacheConfig.DEFAULT_MAX_BYTES);
        try (GuestFilesystem uncached = walking(guest, none, threads)) {
            uncached.readDirectory(TREE, 1 << 20);
            uncached.readDirectory(TREE.resolve("d0"), 1 << 20);
            listed.clear();
            for (int i = 0; i < DIRECTORIES; i++) {
                uncached.lookup(TREE.resolve("d" + i));
            }
        }
        assertThat(threads.tasks).isEmpty();
        assertThat(listed).isEmpty();
    }

    @Test
    void closingEndsIt() throws Exception {
        startAtFirst();
        asked.take();

        filesystem.close();

        assertThat(threads.isTerminated()).isTrue();
        assertThat(requests()).isEmpty();
    }
}
