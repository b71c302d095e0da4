package org.guestmount.fuse.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.guestmount.benchmark.Entries;
import org.guestmount.core.fs.DirectoryEntry;
import org.guestmount.core.fs.FileAttributes;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What the kernel is answered, in a worker's buffer: attributes, and the entries of a listing. In the package of what it times. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ReplyBenchmark {
    private static final int ENTRIES = 1000;
    private static final int BUFFER_BYTES = 1 << 20;
    private static final Duration VALID = Duration.ofSeconds(60);

    private final AttributeView view = new AttributeView(VALID, VALID, VALID, null, null, null);
    private final Reply reply =
            new Reply(ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.nativeOrder()));
    private final FileAttributes attributes = Entries.attributes(1);
    private final List<DirectoryEntry> entries = Entries.list(ENTRIES);

    @Benchmark
    public int attributes() {
        reply.reset();
        view.putAttributeReply(reply, attributes, 1);
        return reply.finish(1, 0);
    }

    @Benchmark
    public int listing() {
        reply.reset();
        long position = 0;
        for (DirectoryEntry entry : entries) {
            FileAttributes found = entry.details().attributes();
            view.putEntry(reply, ++position, found, found.inode());
            reply.bytes(entry.name());
        }
        return reply.finish(1, 0);
    }
}
