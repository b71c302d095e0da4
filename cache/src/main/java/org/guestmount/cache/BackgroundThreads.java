package org.guestmount.cache;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** What the threads have in common that ask the guest for what a program may want next. */
final class BackgroundThreads {
    private static final int CLOSE_SECONDS = 10;

    private BackgroundThreads() {}

    /** Makes threads of that name, which do not keep this process alive. */
    static ThreadFactory named(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Waits a bounded time for what is under way, so that nothing is in use when the guest unmounts. */
    static void end(ExecutorService threads) {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
