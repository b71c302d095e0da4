package org.guestmount.core.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FileMutexTest {
    @TempDir
    private Path folder;

    private Path file;
    private final ExecutorService other = Executors.newSingleThreadExecutor();

    @BeforeEach
    void setUp() {
        file = folder.resolve("lock");
    }

    @AfterEach
    void tearDown() {
        other.shutdownNow();
    }

    @Test
    void nobodyIsWaitedForWhereNobodyHasIt() throws Exception {
        AtomicInteger waits = new AtomicInteger();

        FileMutex.acquire(file, waits::incrementAndGet).close();
        FileMutex.acquire(file, waits::incrementAndGet).close();

        assertThat(waits).hasValue(0);
    }

    @Test
    void oneThreadHasItAtATime() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            Callable<Integer> work = () -> mostInside(inside);
            for (Future<Integer> most : threads.invokeAll(Collections.nCopies(4, work))) {
                assertThat(most.get()).isEqualTo(1);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private int mostInside(AtomicInteger inside) throws IOException, InterruptedException {
        int most = 0;
        for (int i = 0; i < 100; i++) {
            FileMutex mutex = FileMutex.acquire(file, () -> {});
            try {
                most = Math.max(most, inside.incrementAndGet());
                inside.decrementAndGet();
            } finally {
                mutex.close();
            }
        }
        return most;
    }

    @Test
    void aThreadThatCameAnotherWayIsWaitedFor() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder);
        CountDownLatch waiting = new CountDownLatch(1);
        FileMutex mutex = FileMutex.acquire(file, () -> {});
        Future<?> second;
        try {
            second = other.submit(() -> {
                FileMutex.acquire(link.resolve("lock"), waiting::countDown).close();
                return null;
            });
            assertThat(waiting.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(second.isDone()).isFalse();
        } finally {
            mutex.close();
        }
        second.get(30, TimeUnit.SECONDS);
    }

    @Test
    void anotherProcessIsWaitedForUntilItsEnd() throws Exception {
        Process holder = holder();
        CountDownLatch waiting = new CountDownLatch(1);
        try {
            Future<?> second = other.submit(() -> {
                FileMutex.acquire(file, waiting::countDown).close();
                return null;
            });
            assertThat(waiting.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(second.isDone()).isFalse();

            holder.destroyForcibly();

            second.get(30, TimeUnit.SECONDS);
        } finally {
            holder.destroyForcibly().waitFor();
        }
    }

    @Test
    void waitingForAProcessCanBeInterrupted() throws Exception {
        Process holder = holder();
        try {
            assertInterruptible();
        } finally {
            holder.destroyForcibly().waitFor();
        }
        FileMutex.acquire(file, () -> {}).close();
    }

    @Test
    void waitingForAThreadCanBeInterrupted() throws Exception {
        FileMutex held = other.submit(() -> FileMutex.acquire(file, () -> {})).get();

        assertInterruptible();

        other.submit(() -> {
                    held.close();
                    return null;
                })
                .get();
        FileMutex.acquire(file, () -> {}).close();
    }

    private void assertInterruptible() {
        assertThatExceptionOfType(InterruptedException.class)
                .isThrownBy(() -> FileMutex.acquire(file, Thread.currentThread()::interrupt));
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void whoFailsToLockTheFileDoesNotKeepOthersOut() throws Exception {
        Files.createDirectory(file);
        assertThatIOException().isThrownBy(() -> FileMutex.acquire(file, () -> {}));
        Files.delete(file);

        other.submit(() -> {
                    FileMutex.acquire(file, () -> {}).close();
                    return null;
                })
                .get(30, TimeUnit.SECONDS);
    }

    /** Starts a process that has the right until it is killed. */
    private Process holder() throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(process.getInputStream().read())
                .as("word that it has the right")
                .isEqualTo('!');
        return process;
    }

    /** The other process. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] arguments) throws Exception {
            FileMutex mutex = FileMutex.acquire(Path.of(arguments[0]), () -> {});
            System.out.print('!');
            System.out.flush();
            Thread.sleep(60_000);
            mutex.close();
        }
    }
}
