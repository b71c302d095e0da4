package org.guestmount.cache.writebehind;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/** Looks at what waits every now and then, as long as anything does; on a thread of its own, which does other tasks too. */
final class Ticker implements Executor {
    private final Duration period;
    private final BooleanSupplier task;
    private final ScheduledThreadPoolExecutor thread;
    private final AtomicBoolean scheduled = new AtomicBoolean();

    /** @param task returns whether it is to be done again */
    Ticker(String name, Duration period, BooleanSupplier task) {
        this.period = period;
        this.task = task;
        this.thread = new ScheduledThreadPoolExecutor(1, work -> {
            Thread worker = new Thread(work, name);
            worker.setDaemon(true);
            return worker;
        });
    }

    /** Something waits: the task is to be done once the period is over. */
    @SuppressWarnings("FutureReturnValueIgnored") // what fails is told to whoever uses the file
    void start() {
        if (scheduled.compareAndSet(false, true)) {
            thread.schedule(this::tick, period.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void tick() {
        scheduled.set(false);
        if (task.getAsBoolean()) {
            start();
        }
    }

    @Override
    public void execute(Runnable work) {
        thread.execute(work);
    }

    /** Does no more. */
    void stop() {
        thread.shutdownNow();
    }
}
