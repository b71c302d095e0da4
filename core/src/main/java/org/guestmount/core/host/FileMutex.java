package org.guestmount.core.host;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A right that one thread of all processes has at a time, by locking a file. If its process is killed, the next has it.
 *
 * <p>Threads: it is given back by the thread that acquired it.
 */
public final class FileMutex implements AutoCloseable {
    /** File locks belong to the process and exclude no threads of it. */
    private static final Map<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

    private final ReentrantLock thread;
    private final FileChannel file;

    private FileMutex(ReentrantLock thread, FileChannel file) {
        this.thread = thread;
        this.file = file;
    }

    /**
     * Waits for the right.
     *
     * @param file made if it is not there, and never removed; its folder exists
     * @param waiting run once if somebody else has it now
     */
    public static FileMutex acquire(Path file, Runnable waiting) throws IOException, InterruptedException {
        // Whichever way leads to the folder: locking a file twice fails, and closing it gives up all locks on it.
        Path real = file.toAbsolutePath().resolveSibling("").toRealPath().resolve(file.getFileName());
        ReentrantLock thread = THREADS.computeIfAbsent(real, path -> new ReentrantLock());
        boolean waits = !thread.tryLock();
        if (waits) {
            waiting.run();
            thread.lockInterruptibly();
        }
        try {
            return new FileMutex(thread, lock(real, waits ? () -> {} : waiting));
        } catch (IOException | InterruptedException | RuntimeException e) {
            thread.unlock();
            throw e;
        }
    }

    private static FileChannel lock(Path file, Runnable waiting) throws IOException, InterruptedException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean locked = false;
        try {
            if (channel.tryLock() == null) {
                waiting.run();
                channel.lock();
            }
            locked = true;
            return channel;
        } catch (FileLockInterruptionException e) {
            // Thrown with the flag set, which is the other way to tell of an interrupt.
            Thread.interrupted();
            throw new InterruptedException();
        } finally {
            if (!locked) {
                channel.close();
            }
        }
    }

    /** Gives the right back. */
    @Override
    public void close() throws IOException {
        try {
            file.close();
        } finally {
            thread.unlock();
        }
    }
}
