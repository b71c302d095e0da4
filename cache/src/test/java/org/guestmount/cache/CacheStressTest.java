package org.guestmount.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.guestmount.cache.Actions.Action;
import org.guestmount.cache.Actions.Side;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InMemoryGuestFilesystem;
import org.guestmount.core.fs.OpenFlags;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Threads that change and look at one tree through one cache, with prefetching. */
class CacheStressTest {
    private static final int THREADS = 4;

    /** The last number that is written to a file. */
    private static final long LAST = 300;

    private static final List<String> NAMES = List.of("a", "B", "c");

    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final OnDriveFilesystem guest = new OnDriveFilesystem(new InMemoryGuestFilesystem());

    @AfterEach
    void stopThreads() throws InterruptedException {
        threads.shutdownNow();
        assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    private GuestFilesystem cached(long maxBytes) {
        CacheConfig config = new CacheConfig(Duration.ofDays(1), maxBytes);
        CachingFilesystem cached = new CachingFilesystem(new SlowFilesystem(guest), config);
        return PrefetchingFilesystem.writable(cached, cached, guest);
    }

    @ParameterizedTest
    @ValueSource(longs = {64 << 20, 6000})
    void whenTheThreadsRestTheCacheSaysWhatTheGuestSays(long maxBytes) throws Exception {
        long seed = new Random().nextLong();
        System.out.printf("CacheStressTest: maxBytes %d, seed %d%n", maxBytes, seed);
        GuestFilesystem cached = cached(maxBytes);
        List<Side> sides = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            sides.add(new Side(cached));
        }

        for (int round = 0; round < 40; round++) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                Random random = new Random(seed + 31L * round + i);
                Side side = sides.get(i);
                running.add(threads.submit(() -> act(side, random)));
            }
            for (Future<?> thread : running) {
                thread.get(60, TimeUnit.SECONDS);
            }
            assertEqual(cached, round);
        }
    }

    private static void act(Side side, Random random) {
        Actions actions = new Actions(random, NAMES);
        for (int i = 0; i < 40; i++) {
            Action action = random.nextBoolean() ? actions.look(actions.path()) : actions.change(3);
            action.on(side);
        }
    }

    private void assertEqual(GuestFilesystem cached, int round) {
        Actions actions = new Actions(new Random(round), NAMES);
        for (GuestPath path : actions.paths(3)) {
            for (Action action : actions.everything(path)) {
                assertThat(action.on(new Side(cached)))
                        .as("round %d: %s", round, action.description())
                        .isEqualTo(action.on(new Side(guest)));
            }
        }
    }

    /** What a thread has done it sees at once, whatever others do around it. */
    @Test
    void aThreadSeesItsOwnChangesAtOnce() throws Exception {
        GuestFilesystem cached = cached(CacheConfig.DEFAULT_MAX_BYTES);
        GuestPath directory = GuestPath.of("/shared");
        cached.mkdir(directory, 0755, Credentials.ROOT);

        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            GuestPath own = directory.resolve("file-" + i);
            running.add(threads.submit(() -> {
                for (int round = 1; round < 150; round++) {
                    changeAndLook(cached, own, round);
                }
                return null;
            }));
        }
        for (Future<?> thread : running) {
            thread.get(60, TimeUnit.SECONDS);
        }
    }

    private static void changeAndLook(GuestFilesystem cached, GuestPath file, int size)
            throws GuestFilesystemException {
        FileHandle handle = cached.create(file, OpenFlags.READ_WRITE, 0644, Credentials.ROOT)
                .handle();
        assertThat(cached.getattr(file).size()).isZero();
        cached.write(handle, 0, ByteBuffer.allocate(size));
        assertThat(cached.getattr(file).size()).isEqualTo(size);
        assertThat(names(cached, file.parent())).contains(file.name());
        cached.unlink(file);
        assertThat(new Actions(new Random(), NAMES).lookup(file).on(new Side(cached)))
                .hasToString("ENOENT");
        assertThat(names(cached, file.parent())).doesNotContain(file.name());
        assertThat(cached.getattr(handle).links()).isZero();
        cached.release(handle);
    }

    /** Contents that came with opening a file, or were read ahead, are given up before they are untrue. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsReadIsNoOlderThanWhatWasWrittenBefore(boolean ahead) throws Exception {
        CachingFilesystem caching = new CachingFilesystem(new SlowFilesystem(guest), CacheConfig.DEFAULT);
        GuestFilesystem cached = ahead ? PrefetchingFilesystem.writable(caching, caching, guest) : caching;
        GuestPath file = GuestPath.of("/file");
        AtomicLong written = new AtomicLong();
        cached.release(cached.create(file, OpenFlags.READ_WRITE, 0644, Credentials.ROOT)
                .handle());
        write(cached, file, 0);

        List<Future<?>> readers = new ArrayList<>();
        for (int i = 1; i < THREADS; i++) {
            readers.add(threads.submit(() -> {
                while (written.get() < LAST) {
                    readAgain(cached, file, written);
                }
                return null;
            }));
        }
        Future<?> writer = threads.submit(() -> {
            for (long number = 1; number <= LAST; number++) {
                write(cached, file, number);
                written.set(number);
                // Files that are opened while this one is open have no contents.
                LockSupport.parkNanos(1_000_000);
            }
            return null;
        });
        writer.get(60, TimeUnit.SECONDS);
        for (Future<?> reader : readers) {
            reader.get(60, TimeUnit.SECONDS);
        }
    }

    /** Leaves a byte unread, so that contents stay. */
    private static void readAgain(GuestFilesystem cached, GuestPath file, AtomicLong written)
            throws GuestFilesystemException {
        cached.readDirectory(file.parent(), 1000);
        cached.lookup(file);
        FileHandle handle = cached.open(file, OpenFlags.READ_ONLY).handle();
        for (int i = 0; i < 5; i++) {
            long before = written.get();
            ByteBuffer number = ByteBuffer.allocate(Long.BYTES);
            assertThat(cached.read(handle, 0, number)).isEqualTo(Long.BYTES);
            assertThat(number.getLong(0)).isGreaterThanOrEqualTo(before);
            LockSupport.parkNanos(100_000);
        }
        cached.release(handle);
    }

    private static void write(GuestFilesystem cached, GuestPath file, long number) throws GuestFilesystemException {
        FileHandle handle = cached.open(file, OpenFlags.READ_WRITE).handle();
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + 1).putLong(0, number);
        assertThat(cached.write(handle, 0, bytes)).isEqualTo(bytes.capacity());
        cached.release(handle);
    }

    private static List<String> names(GuestFilesystem cached, GuestPath directory) throws GuestFilesystemException {
        return cached.readDirectory(directory, 1 << 20).entries().stream()
                .map(entry -> entry.name())
                .toList();
    }

    /** Takes a random moment to send and to reply, so that requests and replies overtake one another. */
    private static final class SlowFilesystem extends AroundFilesystem {
        SlowFilesystem(GuestFilesystem delegate) {
            super(delegate);
        }

        @Override
        protected <R> R around(Call<R> operation) throws GuestFilesystemException {
            linger();
            try {
                return operation.run();
            } finally {
                linger();
            }
        }

        private static void linger() {
            LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(50_000));
        }
    }
}
