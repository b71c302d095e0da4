package org.guestmount.cache.writebehind;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.RecordingGuestFilesystem;
import org.guestmount.core.fs.Timestamp;
import org.junit.jupiter.api.Test;

/** How much may be pending, how long, and how that ends. */
class WriteBehindLimitsTest extends WriteBehindSupport {
    @Test
    void whatNobodyClosesIsSentSoonAllTheSame() throws Exception {
        FileHandle file = create(FILE);
        write(file, "text");

        filesystem.sendAged();
        assertThat(guest.held()).isZero();
        age();

        assertThat(guest.held()).isEqualTo(1);
        guest.doHeld();
        assertThat(content(FILE)).isEqualTo("text");
    }

    @Test
    void aLargeFileIsSentWhileItIsWritten() throws Exception {
        byte[] bytes = new byte[5 * MIB + 12345];
        new Random(5).nextBytes(bytes);
        WriteBehindFilesystem above = overlapping();
        FileHandle file = above.create(FILE, NEW, 0600, Credentials.ROOT).handle();
        for (int at = 0, count; at < bytes.length; at += count) {
            count = Math.min(100_000, bytes.length - at);
            assertThat(above.write(file, at, ByteBuffer.wrap(bytes, at, count))).isEqualTo(count);
        }
        above.setattr(FILE, OLD);
        above.release(file);

        assertThat(above.getattr(FILE).size()).isEqualTo(bytes.length);
        assertThat(above.getattr(FILE).modified()).isEqualTo(new Timestamp(3, 4));
        assertThat(read(bytes.length)).isEqualTo(bytes);
        above.close();
    }

    @Test
    void writesHereAndThereLeaveWhatTheyWould() throws Exception {
        Random random = new Random(6);
        byte[] bytes = new byte[300_000];
        WriteBehindFilesystem above = overlapping();
        FileHandle file = above.create(FILE, NEW, 0600, Credentials.ROOT).handle();
        int end = 0;
        int next = 0;
        for (int i = 0; i < 2000; i++) {
            int count = 1 + random.nextInt(3000);
            int at = random.nextInt(4) == 0
                    ? random.nextInt(bytes.length - count)
                    : Math.min(next, bytes.length - count);
            byte[] part = new byte[count];
            random.nextBytes(part);
            System.arraycopy(part, 0, bytes, at, count);
            above.write(file, at, ByteBuffer.wrap(part));
            next = at + count;
            end = Math.max(end, next);
        }
        above.release(file);

        assertThat(above.getattr(FILE).size()).isEqualTo(end);
        assertThat(read(end)).isEqualTo(Arrays.copyOf(bytes, end));
        above.close();
    }

    @Test
    void aFileWrittenHereAndThereIsWrittenAtOnceInTheEnd() throws Exception {
        WriteBehindFilesystem above = new WriteBehindFilesystem(new RecordingGuestFilesystem(memory));
        FileHandle file = above.create(FILE, NEW, 0600, Credentials.ROOT).handle();
        for (int i = 20; i >= 0; i--) {
            above.write(file, i * 10L, ByteBuffer.allocate(1));
        }
        FileAttributes attributes = memory.getattr(FILE);
        above.write(file, 1000, ByteBuffer.allocate(1));

        assertThat(attributes.size()).isEqualTo(201);
        assertThat(memory.getattr(FILE).size()).isEqualTo(1001);
        above.close();
    }

    /** Over a guest that does several updates side by side. */
    private WriteBehindFilesystem overlapping() {
        return new WriteBehindFilesystem(new LateUpdates(memory, ForkJoinPool.commonPool()));
    }

    private byte[] read(int length) throws GuestFilesystemException {
        FileHandle file = memory.open(FILE, OpenFlags.READ_ONLY).handle();
        ByteBuffer content = ByteBuffer.allocate(length + 1);
        memory.read(file, 0, content);
        memory.release(file);
        return Arrays.copyOf(content.array(), content.position());
    }

    @Test
    void noMoreThan256FilesArePending() throws Exception {
        CompletableFuture<String> all = inBackground(() -> {
            for (int i = 0; i < 300; i++) {
                GuestPath path = GuestPath.of("/" + i);
                FileHandle file = create(path);
                write(file, "text");
                close(file);
            }
            return "done";
        });

        awaitHeld(256);
        assertThat(all).isNotDone();
        assertThat(guest.held()).isEqualTo(256);
        finish(all);
    }

    @Test
    void noMoreThan16MebibytesArePending() throws Exception {
        List<FileHandle> open = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            open.add(create(GuestPath.of("/" + i)));
        }
        for (FileHandle file : open.subList(0, 16)) {
            filesystem.write(file, 0, ByteBuffer.allocate(MIB - 1));
        }
        assertThat(guest.held()).isZero();

        filesystem.write(open.get(16), 0, ByteBuffer.allocate(16));
        backend.take();
        finish(inBackground(() -> filesystem.write(open.get(17), 0, ByteBuffer.allocate(MIB))));

        assertThat(backend.take()).contains("write /17 0+1048576");
    }

    @Test
    void withLittleSpaceLeftNothingIsPutOff() throws Exception {
        guest.setAvailable(63 * MIB);
        FileHandle file = create(FILE);
        write(file, "text");
        filesystem.flush(file);

        assertThat(backend.take()).containsExactly("create /file", "statfs /file", "write /file 0+4");
    }

    @Test
    void whenSpaceRunsOutClosingWaits() throws Exception {
        FileHandle file = create(FILE);
        write(file, "text");
        guest.setAvailable(63 * MIB);
        nanoTime.addAndGet(TimeUnit.SECONDS.toNanos(2));
        guest.fail(Errno.ENOSPC);

        CompletableFuture<String> flushed = inBackground(() -> {
            filesystem.flush(file);
            return "done";
        });

        awaitHeld(1);
        guest.doHeld();
        assertFails(Errno.ENOSPC, () -> join(flushed));
    }

    @Test
    void spaceIsAskedForAgainAfterMuchWasWritten() throws Exception {
        FileHandle file = create(FILE);
        write(file, "text");
        backend.take();
        FileHandle large =
                filesystem.open(GuestPath.of("/first"), OpenFlags.READ_WRITE).handle();
        for (int i = 0; i < 16; i++) {
            filesystem.write(large, (long) i * MIB, ByteBuffer.allocate(MIB));
        }
        guest.setAvailable(MIB);
        finish(inBackground(() -> filesystem.write(file, 4, ByteBuffer.allocate(1))));

        assertThat(backend.take()).endsWith("statfs /file", "update /file 0+4 setattr", "write /file 4+1");
    }
}
