package org.guestmount.benchmark;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.guestmount.core.fs.DirectoryChunk;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.protocol.FilesystemCodecs;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.WireWriter;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What crosses the line to the guest: attributes, and a directory's listing of a thousand entries. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CodecBenchmark {
    private static final int ENTRIES = 1000;

    private final FileAttributes attributes = Entries.attributes(1);
    private final DirectoryChunk chunk = new DirectoryChunk(Entries.list(ENTRIES), null);
    private final ByteBuffer encodedAttributes = encodeAttributes();
    private final ByteBuffer encodedListing = encodeListing();

    @Benchmark
    public ByteBuffer encodeAttributes() {
        WireWriter out = new WireWriter();
        FilesystemCodecs.encodeAttributes(attributes, out);
        return out.toByteBuffer();
    }

    @Benchmark
    public FileAttributes decodeAttributes() throws ProtocolException {
        return FilesystemCodecs.decodeAttributes(new WireReader(encodedAttributes.duplicate()));
    }

    @Benchmark
    public ByteBuffer encodeListing() {
        WireWriter out = new WireWriter();
        FilesystemCodecs.encodeChunk(chunk, out);
        return out.toByteBuffer();
    }

    @Benchmark
    public DirectoryChunk decodeListing() throws ProtocolException {
        return FilesystemCodecs.decodeChunk(new WireReader(encodedListing.duplicate()));
    }
}
