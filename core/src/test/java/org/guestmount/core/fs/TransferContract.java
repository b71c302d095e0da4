package org.guestmount.core.fs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** read, write, and what they see of each other. */
public interface TransferContract extends ContractSupport {
    @Test
    default void readGivesWhatLiesAtTheOffset() throws Exception {
        FileHandle file = openForReading(makeFile("file", "0123456789"));

        assertThat(readAt(file, 0, 10)).isEqualTo("0123456789");
        assertThat(readAt(file, 3, 4)).isEqualTo("3456");
        assertThat(readAt(file, 8, 100)).isEqualTo("89");
        assertThat(readAt(file, 0, 0)).isEmpty();
    }

    @Test
    default void readAtOrPastTheEndGivesNothing() throws Exception {
        FileHandle file = openForReading(makeFile("file", "text"));

        assertThat(readAt(file, 4, 10)).isEmpty();
        assertThat(readAt(file, 1L << 40, 10)).isEmpty();
    }

    @Test
    default void readFillsTheBuffersRemainingSpaceOnly() throws Exception {
        FileHandle file = openForReading(makeFile("file", "0123456789"));
        ByteBuffer destination = ContractSupport.bytes("........");
        destination.position(2).limit(5);

        int count = fs().read(file, 1, destination);

        assertThat(count).isEqualTo(3);
        assertThat(destination.position()).isEqualTo(5);
        assertThat(destination.clear()).isEqualTo(ContractSupport.bytes("..123..."));
    }

    @Test
    default void readFillsDirectBuffers() throws Exception {
        FileHandle file = openForReading(makeFile("file", "0123456789"));
        ByteBuffer destination = ByteBuffer.allocateDirect(10).position(4);

        fs().read(file, 0, destination);

        assertThat(destination.flip().position(4)).isEqualTo(ContractSupport.bytes("012345"));
    }

    @Test
    default void writeTakesTheBuffersRemainingBytesOnly() throws Exception {
        FileHandle file = openForBoth(makeFile("file", "0123456789"));
        ByteBuffer source = ContractSupport.bytes("abcdefgh");
        source.position(2).limit(5);

        int count = fs().write(file, 1, source.asReadOnlyBuffer());

        assertThat(count).isEqualTo(3);
        assertThat(contentOf(at("file"))).isEqualTo("0cde456789");
    }

    @Test
    default void writeTakesDirectBuffers() throws Exception {
        FileHandle file = openForBoth(makeFile("file", ""));
        ByteBuffer source =
                ByteBuffer.allocateDirect(4).put(ContractSupport.bytes("data")).flip();

        assertThat(fs().write(file, 0, source)).isEqualTo(4);
        assertThat(contentOf(at("file"))).isEqualTo("data");
    }

    @Test
    default void writeMovesTheBuffersPosition() throws Exception {
        FileHandle file = openForBoth(makeFile("file", ""));
        ByteBuffer source = ContractSupport.bytes("abcdefgh").position(3);

        fs().write(file, 0, source);

        assertThat(source.hasRemaining()).isFalse();
    }

    @Test
    default void writePastTheEndLeavesZerosBetween() throws Exception {
        FileHandle file = openForBoth(makeFile("file", "ab"));

        writeAt(file, 5, "cd");

        assertThat(contentOf(at("file"))).isEqualTo("ab\0\0\0cd");
        assertThat(fs().getattr(at("file")).size()).isEqualTo(7);
    }

    @Test
    default void writeOfNothingChangesNothing() throws Exception {
        GuestPath path = makeFile("file", "ab");
        FileHandle file = openForBoth(path);

        assertThat(writeAt(file, 100, "")).isZero();
        assertThat(fs().getattr(path).size()).isEqualTo(2);
    }

    @Test
    default void writeTouchesTheFile() throws Exception {
        GuestPath path = makeFile("file", "ab");
        FileHandle file = openForBoth(path);
        age(path);

        writeAt(file, 0, "x");

        assertThat(isAged(path)).isFalse();
    }

    @Test
    default void appendingIgnoresTheOffset() throws Exception {
        GuestPath path = makeFile("file", "start");
        FileHandle file = fs().open(path, new OpenFlags(OpenFlags.WRONLY | OpenFlags.APPEND))
                .handle();

        writeAt(file, 0, "-one");
        writeAt(file, 2, "-two");

        assertThat(contentOf(path)).isEqualTo("start-one-two");
    }

    @Test
    default void whatOneHandleWritesAnotherReads() throws Exception {
        GuestPath path = makeFile("file", "before");
        FileHandle reader = openForReading(path);
        FileHandle writer = openForBoth(path);
        assertThat(readAt(reader, 0, 10)).isEqualTo("before");

        writeAt(writer, 0, "after!!");

        assertThat(readAt(reader, 0, 10)).isEqualTo("after!!");
        assertThat(fs().getattr(reader).size()).isEqualTo(7);
    }

    @Test
    default void aNegativeOffsetIsInvalid() throws Exception {
        FileHandle file = openForBoth(makeFile("file", "text"));

        assertFails(Errno.EINVAL, () -> readAt(file, -1, 1));
        assertFails(Errno.EINVAL, () -> writeAt(file, -1, "x"));
    }

    @Test
    default void theLargestTransferIsWhole() throws Exception {
        byte[] data = new byte[GuestFilesystem.MAX_TRANSFER_BYTES];
        new Random(7).nextBytes(data);
        FileHandle file = openForBoth(makeFile("file", ""));

        assertThat(fs().write(file, 5, ByteBuffer.wrap(data))).isEqualTo(data.length);

        ByteBuffer read = ByteBuffer.allocate(data.length);
        assertThat(fs().read(file, 5, read)).isEqualTo(data.length);
        assertThat(read.array()).isEqualTo(data);
    }

    @Test
    default void offsetsBeyondFourGibibytesWork() throws Exception {
        GuestPath path = makeFile("file", "");
        FileHandle file = openForBoth(path);
        long far = (5L << 30) + 3;

        writeAt(file, far, "far away");

        assertThat(fs().getattr(path).size()).isEqualTo(far + 8);
        assertThat(readAt(file, far + 4, 100)).isEqualTo("away");
        assertThat(readAt(file, 1L << 32, 3)).isEqualTo("\0\0\0");
    }

    @Test
    default void anUnlinkedFileLivesInItsHandles() throws Exception {
        GuestPath path = makeFile("file", "content");
        FileHandle file = openForBoth(path);

        fs().unlink(path);

        assertThat(fs().getattr(file).links()).isZero();
        writeAt(file, 7, " kept");
        assertThat(readAt(file, 0, 100)).isEqualTo("content kept");
        assertThat(fs().setattr(file, AttributeChange.ofSize(3)).size()).isEqualTo(3);
        makeFile("file", "another");
        assertThat(readAt(file, 0, 100)).isEqualTo("con");
    }

    @Test
    default void aHandleFollowsARenamedFile() throws Exception {
        GuestPath path = makeFile("file", "content");
        FileHandle file = openForBoth(path);

        fs().rename(path, at("moved"), RenameMode.REPLACE);
        writeAt(file, 0, "CON");

        assertThat(contentOf(at("moved"))).isEqualTo("CONtent");
    }

    @Test
    default void manyThreadsWriteAndReadAtOnce() throws Exception {
        int threads = 8;
        FileHandle file = openForBoth(makeFile("file", ""));
        ExecutorService workers = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int worker = i;
                done.add(workers.submit(() -> {
                    String mine = Character.toString('a' + worker).repeat(5000);
                    for (int round = 0; round < 10; round++) {
                        long offset = (long) (round * threads + worker) * mine.length();
                        writeAt(file, offset, mine);
                        assertThat(readAt(file, offset, mine.length())).isEqualTo(mine);
                        makeFile("file-" + worker + "-" + round, mine);
                    }
                    return null;
                }));
            }
            for (Future<?> each : done) {
                each.get();
            }
        } finally {
            workers.shutdownNow();
        }
        assertThat(fs().getattr(file).size()).isEqualTo(80 * 5000);
        assertThat(names(at(""))).hasSize(81);
        assertThat(contentOf(at("file-7-9"))).isEqualTo("h".repeat(5000));
    }
}
