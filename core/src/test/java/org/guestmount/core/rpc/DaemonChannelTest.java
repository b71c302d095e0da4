package org.guestmount.core.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.OpenedFile;
import org.guestmount.core.fs.Timestamp;
import org.guestmount.core.protocol.Command;
import org.guestmount.core.protocol.Frame;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.message.Open;
import org.guestmount.core.protocol.message.Read;
import org.guestmount.core.protocol.message.Readlink;
import org.guestmount.core.protocol.message.Release;
import org.guestmount.core.protocol.message.Sync;
import org.guestmount.core.protocol.message.Write;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The façade with a daemon that does as the test says. */
@Timeout(30)
final class DaemonChannelTest {
    private static final Readlink REQUEST = new Readlink(GuestPath.of("/link"));

    private ScriptedDaemon daemon;
    private DaemonChannel channel;

    @BeforeEach
    void connect(@TempDir Path folder) throws Exception {
        Path socket = folder.resolve("daemon.sock");
        try (DaemonListener listener = DaemonListener.bind(socket)) {
            daemon = ScriptedDaemon.greeting(socket);
            channel = listener.accept(Duration.ofSeconds(20));
        }
        daemon.receive();
    }

    @AfterEach
    void disconnect() throws Exception {
        channel.close();
        daemon.close();
    }

    @Test
    void aCallIsAnswered() throws Exception {
        CompletableFuture<String> target = channel.submit(REQUEST);
        Frame received = daemon.receive();

        daemon.send(Frame.reply(received.id(), REQUEST, "target"));

        assertThat(Opcode.READLINK.decode(new WireReader(received.body()))).isEqualTo(REQUEST);
        assertThat(target.get()).isEqualTo("target");
    }

    @Test
    void repliesMayComeInAnyOrder() throws Exception {
        CompletableFuture<String> first = channel.submit(REQUEST);
        CompletableFuture<String> second = channel.submit(REQUEST);
        int firstId = daemon.receive().id();
        int secondId = daemon.receive().id();

        daemon.send(Frame.reply(secondId, REQUEST, "second"));
        daemon.send(Frame.reply(firstId, REQUEST, "first"));

        assertThat(first.get()).isEqualTo("first");
        assertThat(second.get()).isEqualTo("second");
    }

    @Test
    void anErrorKeepsItsNumberAndMessage() throws Exception {
        CompletableFuture<String> target = channel.submit(REQUEST);

        daemon.send(Frame.error(daemon.receive().id(), Errno.ENOSYS, "never heard of it"));

        assertFails(Errno.ENOSYS, target::get).hasMessage("never heard of it");
    }

    @Test
    void aReplyThatMakesNoSenseFailsItsOwnCallOnly() throws Exception {
        CompletableFuture<String> bad = channel.submit(REQUEST);
        CompletableFuture<String> good = channel.submit(REQUEST);
        int badId = daemon.receive().id();
        int goodId = daemon.receive().id();

        daemon.send(Frame.reply(badId, new Sync(), Command.Done.DONE));
        daemon.send(Frame.reply(goodId, REQUEST, "target"));

        assertFails(Errno.EIO, bad::get).hasCauseInstanceOf(ProtocolException.class);
        assertThat(good.get()).isEqualTo("target");
    }

    @Test
    void aBadLengthEndsTheConnection() throws Exception {
        CompletableFuture<String> target = channel.submit(REQUEST);

        daemon.send(ByteBuffer.allocate(4).putInt(Integer.MAX_VALUE).flip());

        assertFails(Errno.EIO, target::get).hasCauseInstanceOf(ProtocolException.class);
        channel.closed().get();
        assertFails(Errno.EIO, () -> channel.call(REQUEST)).hasMessage("the guest is gone");
    }

    @Test
    void aDaemonThatDiesFailsEveryCall() throws Exception {
        CompletableFuture<String> first = channel.submit(REQUEST);
        CompletableFuture<String> second = channel.submit(REQUEST);
        ByteBuffer half = Frame.reply(daemon.receive().id(), REQUEST, "target");
        daemon.send(half.limit(half.limit() - 1));

        daemon.close();

        assertFails(Errno.EIO, first::get);
        assertFails(Errno.EIO, second::get);
        channel.closed().get();
    }

    @Test
    void closingFailsEveryCall() throws Exception {
        CompletableFuture<String> target = channel.submit(REQUEST);
        daemon.receive();

        channel.close();

        assertFails(Errno.EIO, target::get);
        assertFails(Errno.EIO, () -> channel.call(REQUEST));
        assertFails(Errno.EIO, channel.submit(REQUEST)::get);
        assertThat(channel.closed()).isDone();
        channel.close();
    }

    @Test
    void anInterruptedCallSaysSoAndTheConnectionGoesOn() throws Exception {
        Thread.currentThread().interrupt();
        assertFails(Errno.EINTR, () -> channel.call(REQUEST));
        assertThat(Thread.interrupted()).isTrue();

        Thread caller = Thread.currentThread();
        CompletableFuture<Frame> received = CompletableFuture.supplyAsync(() -> {
            Frame frame = receive();
            caller.interrupt();
            return frame;
        });
        assertFails(Errno.EINTR, () -> channel.call(REQUEST));
        assertThat(Thread.interrupted()).isTrue();

        CompletableFuture<String> next = channel.submit(REQUEST);
        daemon.send(Frame.reply(received.get().id(), REQUEST, "too late"));
        daemon.send(Frame.reply(receive().id(), REQUEST, "target"));
        assertThat(next.get()).isEqualTo("target");
    }

    @Test
    void whatAnInterruptedCallOpensIsReleased() throws Exception {
        Open request = new Open(GuestPath.of("/file"), OpenFlags.READ_ONLY);
        Thread caller = Thread.currentThread();
        CompletableFuture<Frame> received = CompletableFuture.supplyAsync(() -> {
            Frame frame = receive();
            caller.interrupt();
            return frame;
        });
        RpcGuestFilesystem filesystem = new RpcGuestFilesystem(channel);
        assertFails(Errno.EINTR, () -> filesystem.open(request.path(), request.flags()));
        assertThat(Thread.interrupted()).isTrue();

        daemon.send(Frame.reply(received.get().id(), request, new OpenedFile(new FileHandle(42), attributes())));

        Frame release = daemon.receive();
        assertThat(Opcode.RELEASE.decode(new WireReader(release.body()))).isEqualTo(new Release(new FileHandle(42)));
    }

    @Test
    void aResultMayBeGivenUp() throws Exception {
        CompletableFuture<String> unwanted = channel.submit(REQUEST);
        int id = daemon.receive().id();

        unwanted.cancel(false);
        CompletableFuture<String> wanted = channel.submit(REQUEST);
        daemon.send(Frame.reply(id, REQUEST, "unwanted"));
        daemon.send(Frame.reply(daemon.receive().id(), REQUEST, "wanted"));

        assertThat(wanted.get()).isEqualTo("wanted");
        assertThat(unwanted).isCancelled();
    }

    @Test
    void theEventLoopMaySubmitButNotWait() throws Exception {
        CompletableFuture<Throwable> waited = new CompletableFuture<>();
        CompletableFuture<String> second = channel.submit(REQUEST).thenCompose(first -> {
            waited.complete(catchThrowableOfType(IllegalStateException.class, () -> channel.call(new Sync())));
            return channel.submit(REQUEST);
        });

        daemon.send(Frame.reply(daemon.receive().id(), REQUEST, "first"));
        Frame next = daemon.receive();
        while (next.code() != Opcode.READLINK.code()) {
            next = daemon.receive();
        }
        daemon.send(Frame.reply(next.id(), REQUEST, "second"));

        assertThat(second.get()).isEqualTo("second");
        assertThat(waited.get()).isNotNull();
    }

    @Test
    void aStalledGuestStallsItsCallersInsteadOfFillingMemory() throws Exception {
        int size = GuestFilesystem.MAX_TRANSFER_BYTES;
        int limit = (16 << 20) / size;
        AtomicInteger submitted = new AtomicInteger();
        CompletableFuture<Throwable> last = new CompletableFuture<>();
        Thread writer = new Thread(() -> {
            CompletableFuture<Integer> write = new CompletableFuture<>();
            for (int i = 0; i < 3 * limit; i++) {
                write = channel.submit(new Write(new FileHandle(1), 0, ByteBuffer.allocate(size)));
                submitted.incrementAndGet();
            }
            last.complete(write.handle((count, failure) -> failure).join());
        });
        writer.start();
        while (submitted.get() < limit / 2 || writer.getState() != Thread.State.WAITING) {
            Thread.sleep(1);
        }

        assertThat(submitted.get()).isLessThanOrEqualTo(limit);

        daemon.close();
        writer.join();
        assertThat(last.get(10, TimeUnit.SECONDS)).isInstanceOf(GuestFilesystemException.class);
    }

    @Test
    void aCountOfMoreThanWasAskedForIsNotBelieved() throws Exception {
        RpcGuestFilesystem filesystem = new RpcGuestFilesystem(channel);
        FileHandle file = new FileHandle(1);
        CompletableFuture<Void> lies = CompletableFuture.runAsync(() -> {
            answer(Frame.reply(receive().id(), new Read(file, 0, 10), ByteBuffer.allocate(11)));
            for (int count : new int[] {-1, 11}) {
                answer(Frame.reply(receive().id(), new Write(file, 0, ByteBuffer.allocate(10)), count));
            }
        });

        assertFails(Errno.EIO, () -> filesystem.read(file, 0, ByteBuffer.allocate(10)));
        assertFails(Errno.EIO, () -> filesystem.write(file, 0, ByteBuffer.allocate(10)));
        assertFails(Errno.EIO, () -> filesystem.write(file, 0, ByteBuffer.allocate(10)));
        lies.get();
    }

    private Frame receive() {
        try {
            return daemon.receive();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void answer(ByteBuffer reply) {
        try {
            daemon.send(reply);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static FileAttributes attributes() {
        Timestamp time = new Timestamp(0, 0);
        return new FileAttributes(1, 2, 0100644, 1, 0, 0, 0, 0, 0, 4096, time, time, time);
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> assertFails(
            Errno errno, ThrowingCallable operation) {
        Throwable thrown = catchThrowable(operation);
        Throwable failure = thrown instanceof ExecutionException e ? e.getCause() : thrown;
        assertThat(failure)
                .isInstanceOfSatisfying(
                        GuestFilesystemException.class,
                        answer -> assertThat(answer.errno()).isEqualTo(errno));
        return assertThat(failure);
    }
}
