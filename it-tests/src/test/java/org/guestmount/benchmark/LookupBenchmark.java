package org.guestmount.benchmark;

import java.util.concurrent.TimeUnit;
import org.guestmount.cache.CacheConfig;
import org.guestmount.cache.CachingFilesystem;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.FileDetails;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InMemoryGuestFilesystem;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;

/** A name five directories deep that the cache knows, looked up by one thread and by as many as serve a mount. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LookupBenchmark {
    private static final int DEPTH = 5;
    private static final int WORKERS = 8;

    private final GuestFilesystem cached = new CachingFilesystem(new InMemoryGuestFilesystem(), CacheConfig.DEFAULT);
    private GuestPath path = GuestPath.ROOT;

    @Setup
    public void fill() throws GuestFilesystemException {
        for (int level = 0; level < DEPTH; level++) {
            path = path.resolve("level-" + level);
            cached.mkdir(path, 0755, Credentials.ROOT);
        }
        cached.lookup(path);
    }

    @Benchmark
    public FileDetails oneThread() throws GuestFilesystemException {
        return cached.lookup(path);
    }

    @Benchmark
    @Threads(WORKERS)
    public FileDetails allWorkers() throws GuestFilesystemException {
        return cached.lookup(path);
    }
}
