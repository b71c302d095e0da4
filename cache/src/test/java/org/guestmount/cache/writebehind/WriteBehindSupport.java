package org.guestmount.cache.writebehind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.AttributeChange.TimeChange;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InMemoryGuestFilesystem;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.RecordingGuestFilesystem;
import org.guestmount.core.fs.Timestamp;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** What tests of {@link WriteBehindFilesystem} share: a guest that does updates when told to, and short words. */
@Timeout(60)
abstract class WriteBehindSupport {
    static final GuestPath FILE = GuestPath.of("/file");
    static final GuestPath OTHER = GuestPath.of("/other");
    static final OpenFlags NEW = new OpenFlags(OpenFlags.RDWR | OpenFlags.EXCL);
    static final AttributeChange OLD =
            AttributeChange.ofTimes(new TimeChange(new Timestamp(1, 2)), new TimeChange(new Timestamp(3, 4)));
    static final String ACCESS_LIST = "system.posix_acl_access";
    static final int MIB = 1 << 20;

    final AtomicLong nanoTime = new AtomicLong();
    final InMemoryGuestFilesystem memory = new InMemoryGuestFilesystem();
    final LateUpdates guest = new LateUpdates(memory, null);
    final RecordingGuestFilesystem backend = new RecordingGuestFilesystem(guest);
    final WriteBehindFilesystem filesystem = new WriteBehindFilesystem(backend, nanoTime::get);

    /** Has it seen that the filesystem stores owners and permissions. */
    @BeforeEach
    void meetTheDevice() throws GuestFilesystemException {
        GuestPath path = GuestPath.of("/first");
        FileHandle file = create(path);
        filesystem.setattr(path, AttributeChange.ofOwner(7, 7));
        filesystem.setattr(path, AttributeChange.ofMode(0777));
        filesystem.flush(file);
        close(file);
        guest.doHeld();
        filesystem.statfs(path);
        backend.take();
    }

    FileHandle create(GuestPath path) throws GuestFilesystemException {
        return filesystem.create(path, NEW, 0600, Credentials.ROOT).handle();
    }

    void write(FileHandle file, String text) throws GuestFilesystemException {
        write(file, 0, text);
    }

    void write(FileHandle file, long offset, String text) throws GuestFilesystemException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
        assertThat(filesystem.write(file, offset, bytes)).isEqualTo(text.length());
    }

    String content(GuestPath path) throws GuestFilesystemException {
        ByteBuffer content = memory.open(path, OpenFlags.READ_ONLY).content();
        return content == null
                ? "nothing"
                : StandardCharsets.US_ASCII.decode(content).toString();
    }

    /** Closes a file, and has what is pending of it sent. */
    void close(FileHandle file) throws GuestFilesystemException {
        filesystem.release(file);
        filesystem.sendAged();
    }

    /** As {@code cp -a} sets one; a mask comes fourth. */
    static byte[] accessList(int... permissions) {
        ByteBuffer list = ByteBuffer.allocate(4 + 8 * permissions.length).order(ByteOrder.LITTLE_ENDIAN);
        list.putInt(2);
        int[] tags = {0x01, 0x04, 0x20, 0x10};
        for (int i = 0; i < permissions.length; i++) {
            list.putShort((short) tags[i]).putShort((short) permissions[i]).putInt(-1);
        }
        return list.array();
    }

    static void assertFails(Errno errno, ThrowingCallable call) {
        assertThatExceptionOfType(GuestFilesystemException.class)
                .isThrownBy(call)
                .extracting(GuestFilesystemException::errno)
                .isEqualTo(errno);
    }

    void age() {
        nanoTime.addAndGet(TimeUnit.SECONDS.toNanos(1));
        filesystem.sendAged();
    }

    /** Something that returns. */
    @FunctionalInterface
    interface Task<T> {
        T run() throws GuestFilesystemException;
    }

    static <T> CompletableFuture<T> inBackground(Task<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                result.complete(task.run());
            } catch (GuestFilesystemException | RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return result;
    }

    void awaitHeld(int count) {
        while (guest.held() < count) {
            Thread.onSpinWait();
        }
    }

    /** Has updates done until that has ended. */
    <T> T finish(CompletableFuture<T> task) throws GuestFilesystemException {
        while (!task.isDone()) {
            guest.doHeld();
        }
        return join(task);
    }

    static <T> T join(CompletableFuture<T> task) throws GuestFilesystemException {
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GuestFilesystemException failure) {
                throw failure;
            }
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
