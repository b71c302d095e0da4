package org.guestmount.appliance.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.ForwardingGuestFilesystem;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InMemoryGuestFilesystem;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.machine.FakeGuestMachine;
import org.guestmount.core.protocol.Frame;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Hello;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.WireWriter;
import org.guestmount.core.protocol.message.Create;
import org.guestmount.core.protocol.message.Getattr;
import org.guestmount.core.protocol.message.Lookup;
import org.guestmount.core.protocol.message.Mkdir;
import org.guestmount.core.protocol.message.PowerOff;
import org.guestmount.core.protocol.message.Read;
import org.guestmount.core.protocol.message.Rmdir;
import org.guestmount.core.protocol.message.Write;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class ServerTest {
    private static final GuestPath STILL = GuestPath.of("/still");
    private static final Getattr GETATTR_ROOT = new Getattr(GuestPath.ROOT);

    private final FakeGuestMachine machine = new FakeGuestMachine();
    private PipePort port;

    /** Completes when serving ends. */
    private CompletableFuture<Void> serving = new CompletableFuture<>();

    @BeforeEach
    void openPort() throws IOException {
        port = new PipePort();
    }

    @AfterEach
    void closePort() throws IOException {
        port.close();
    }

    @Test
    void answersEachHello() throws Exception {
        serve(new InMemoryGuestFilesystem());

        for (int i = 0; i < 2; i++) {
            port.sendHello();
            assertThat(port.receiveHello()).isEqualTo(new Hello(Hello.VERSION, "6.1.0-test", 0));
            assertStillServing();
            port.send(2, new Rmdir(STILL));
            port.receive();
        }
    }

    @Test
    void answersRequests() throws Exception {
        serveGreeted(new InMemoryGuestFilesystem());

        port.send(7, GETATTR_ROOT);

        Frame reply = port.receive();
        assertThat(reply.id()).isEqualTo(7);
        assertThat(reply.resultOf(GETATTR_ROOT).isDirectory()).isTrue();
    }

    @Test
    void carriesErrorsAsNumbers() throws Exception {
        serveGreeted(new InMemoryGuestFilesystem());
        Lookup lookup = new Lookup(GuestPath.of("/missing"));

        port.send(1, lookup);

        assertThat(errnoOf(port.receive(), 1)).isEqualTo(Errno.ENOENT);
    }

    @Test
    void answersEveryOneOfManyRequestsInFlight() throws Exception {
        serveGreeted(new InMemoryGuestFilesystem());
        int count = 500;
        Set<Integer> expected = new HashSet<>();

        CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> {
            try {
                for (int id = 1; id <= count; id++) {
                    port.send(id, GETATTR_ROOT);
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });

        Set<Integer> answered = new HashSet<>();
        for (int id = 1; id <= count; id++) {
            expected.add(id);
            answered.add(port.receive().id());
        }
        sender.get();
        assertThat(answered).isEqualTo(expected);
    }

    @Test
    void aSlowRequestDoesNotHoldUpOthers() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        serveGreeted(new GatedFilesystem(gate));

        port.send(1, new Getattr(GatedFilesystem.SLOW));
        port.send(2, GETATTR_ROOT);

        assertThat(port.receive().id()).isEqualTo(2);
        gate.countDown();
        assertThat(port.receive().id()).isEqualTo(1);
    }

    @Test
    void anUnknownRequestIsNotImplemented() throws Exception {
        serveGreeted(new InMemoryGuestFilesystem());

        port.sendRaw(3, 250);
        port.sendRaw(4, -1);

        assertThat(List.of(errnoOf(port.receive()), errnoOf(port.receive()))).containsOnly(Errno.ENOSYS);
        assertStillServing();
    }

    @Test
    void aBodyThatCannotBeDecodedFailsItsRequestOnly() throws Exception {
        serveGreeted(new InMemoryGuestFilesystem());

        port.sendRaw(5, Opcode.LOOKUP.code(), (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF);
        assertThat(errnoOf(port.receive(), 5)).isEqualTo(Errno.EPROTO);

        port.sendRaw(6, Opcode.SYNC.code(), (byte) 1);
        assertThat(errnoOf(port.receive(), 6)).isEqualTo(Errno.EPROTO);
        assertStillServing();
    }

    @Test
    void garbageIsAlwaysAnswered() throws Exception {
        long seed = System.nanoTime();
        System.out.println("ServerTest.garbageIsAlwaysAnswered: seed " + seed);
        Random random = new Random(seed);
        serveGreeted(new InMemoryGuestFilesystem());

        for (int id = 1; id <= 2000; id++) {
            byte[] body = new byte[random.nextInt(60)];
            random.nextBytes(body);
            int opcode = random.nextInt(80);
            port.sendRaw(id, opcode == Opcode.POWER_OFF.code() ? 0 : opcode, body);
            assertThat(port.receive().id()).isEqualTo(id);
        }
        assertStillServing();
    }

    @Test
    void whateverIsThrownIsAnError() throws Exception {
        serveGreeted(new ThrowingFilesystem());

        port.send(1, new Getattr(GuestPath.of("/runtime")));
        assertThat(errnoOf(port.receive(), 1)).isEqualTo(Errno.EIO);

        port.send(2, new Getattr(GuestPath.of("/error")));
        assertThat(errnoOf(port.receive(), 2)).isEqualTo(Errno.EIO);

        port.send(3, new Getattr(GuestPath.of("/memory")));
        assertThat(errnoOf(port.receive(), 3)).isEqualTo(Errno.ENOMEM);
    }

    @Test
    void carriesTheLargestTransfersBothWays() throws Exception {
        serveGreeted(new InMemoryGuestFilesystem());
        Create create = new Create(GuestPath.of("/file"), OpenFlags.READ_WRITE, 0644, Credentials.ROOT);
        port.send(1, create);
        var file = port.receive().resultOf(create).handle();
        byte[] data = new byte[GuestFilesystem.MAX_TRANSFER_BYTES];
        new Random(1).nextBytes(data);
        Write write = new Write(file, 3, ByteBuffer.wrap(data));
        Read read = new Read(file, 3, data.length);

        CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
            try {
                port.send(2, write);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(port.receive().resultOf(write)).isEqualTo(data.length);
        sending.get();
        port.send(3, read);

        ByteBuffer received = port.receive().resultOf(read);
        assertThat(received).isEqualTo(ByteBuffer.wrap(data));
    }

    @Test
    void aReadPastTheEndIsShort() throws Exception {
        serveGreeted(new InMemoryGuestFilesystem());
        Create create = new Create(GuestPath.of("/file"), OpenFlags.READ_WRITE, 0644, Credentials.ROOT);
        port.send(1, create);
        var file = port.receive().resultOf(create).handle();
        Write write = new Write(file, 0, ByteBuffer.wrap(new byte[] {1, 2, 3}));
        port.send(2, write);
        port.receive();
        Read read = new Read(file, 1, 100_000);

        port.send(3, read);

        assertThat(port.receive().resultOf(read)).isEqualTo(ByteBuffer.wrap(new byte[] {2, 3}));
    }

    @Test
    void framesMayComeInPieces() throws Exception {
        serveGreeted(new InMemoryGuestFilesystem());
        ByteBuffer frames = ByteBuffer.allocate(1000);
        frames.put(Frame.request(1, GETATTR_ROOT)).put(Frame.request(2, GETATTR_ROOT));
        frames.flip();

        while (frames.hasRemaining()) {
            port.send(ByteBuffer.wrap(new byte[] {frames.get()}));
        }

        assertThat(List.of(port.receive().id(), port.receive().id())).containsExactlyInAnyOrder(1, 2);
    }

    @Test
    void aLengthOutOfRangeEndsTheConnection() throws Exception {
        for (int length : new int[] {-1, 0, Frame.HEADER_BYTES - 1, Frame.MAX_LENGTH + 1, Integer.MAX_VALUE}) {
            port = new PipePort();
            serveGreeted(new InMemoryGuestFilesystem());

            port.send(ByteBuffer.allocate(4).putInt(length).flip());

            assertThat(failureOfServing()).hasMessageContaining("frame of");
            port.close();
        }
    }

    @Test
    void aHostOfAnotherVersionIsRefused() throws Exception {
        serve(new InMemoryGuestFilesystem());

        WireWriter body = new WireWriter(64);
        new Hello(Hello.VERSION + 1, "test", 0).encode(body);
        byte[] bytes = new byte[body.size()];
        body.toByteBuffer().get(bytes);
        port.sendRaw(0, 0, bytes);

        assertThat(failureOfServing()).isInstanceOf(ProtocolException.class);
    }

    @Test
    void somethingElseThanAHelloIsRefused() throws Exception {
        serve(new InMemoryGuestFilesystem());

        port.send(1, GETATTR_ROOT);

        assertThat(failureOfServing()).isInstanceOf(ProtocolException.class);
    }

    @Test
    void endsWhenTheHostGoesAway() throws Exception {
        serveGreeted(new InMemoryGuestFilesystem());

        port.hangUp();

        awaitEnd();
    }

    @Test
    void endsWhenTheHostGoesAwayBeforeItsHello() throws Exception {
        serve(new InMemoryGuestFilesystem());

        port.hangUp();

        awaitEnd();
    }

    @Test
    void endsWhenTheHostGoesAwayWithinAFrame() throws Exception {
        serveGreeted(new InMemoryGuestFilesystem());

        port.send(Frame.request(1, GETATTR_ROOT).limit(9));
        port.hangUp();

        awaitEnd();
    }

    @Test
    void finishesWhatIsRunningBeforeItEnds() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        GatedFilesystem filesystem = new GatedFilesystem(gate);
        serveGreeted(filesystem);
        port.send(1, new Getattr(GatedFilesystem.SLOW));
        filesystem.entered.await();

        port.hangUp();
        Thread.sleep(50);
        assertThat(serving).isNotDone();
        gate.countDown();

        awaitEnd();
    }

    @Test
    void endsAfterTheReplyToPowerOff() throws Exception {
        serveGreeted(new InMemoryGuestFilesystem());
        PowerOff powerOff = new PowerOff();

        port.send(9, powerOff);

        Frame reply = port.receive();
        assertThat(reply.id()).isEqualTo(9);
        reply.resultOf(powerOff);
        awaitEnd();
        assertThat(machine.log()).containsExactly("powerOff");
    }

    private void assertStillServing() throws IOException {
        Mkdir mkdir = new Mkdir(STILL, 0755, Credentials.ROOT);
        port.send(-1, mkdir);
        Frame reply = port.receive();
        assertThat(reply.id()).isEqualTo(-1);
        assertThat(reply.resultOf(mkdir).isDirectory()).isTrue();
    }

    private void serveGreeted(GuestFilesystem filesystem) throws IOException {
        serve(filesystem);
        port.sendHello();
        port.receiveHello();
    }

    /** Serves in another thread. */
    private void serve(GuestFilesystem filesystem) {
        Server server = new Server(new GuestServices(filesystem, machine), port, "6.1.0-test");
        CompletableFuture<Void> ended = new CompletableFuture<>();
        serving = ended;
        Thread thread = new Thread(() -> {
            try {
                server.serve();
                ended.complete(null);
            } catch (IOException | RuntimeException e) {
                ended.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private void awaitEnd() throws Exception {
        serving.get(PipePort.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private Throwable failureOfServing() {
        ExecutionException failure = catchThrowableOfType(ExecutionException.class, this::awaitEnd);
        return Objects.requireNonNull(failure.getCause());
    }

    private static Errno errnoOf(Frame reply, int id) {
        assertThat(reply.id()).isEqualTo(id);
        return errnoOf(reply);
    }

    private static Errno errnoOf(Frame reply) {
        return catchThrowableOfType(GuestFilesystemException.class, () -> reply.resultOf(GETATTR_ROOT))
                .errno();
    }

    /** Keeps who asks for one path waiting. */
    private static final class GatedFilesystem extends ForwardingGuestFilesystem {
        static final GuestPath SLOW = GuestPath.of("/slow");

        final CountDownLatch entered = new CountDownLatch(1);
        private final CountDownLatch gate;

        GatedFilesystem(CountDownLatch gate) {
            super(new InMemoryGuestFilesystem());
            this.gate = gate;
        }

        @Override
        public FileAttributes getattr(FileReference file) throws GuestFilesystemException {
            if (file.equals(SLOW)) {
                entered.countDown();
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
            return super.getattr(GuestPath.ROOT);
        }
    }

    private static final class ThrowingFilesystem extends ForwardingGuestFilesystem {
        ThrowingFilesystem() {
            super(new InMemoryGuestFilesystem());
        }

        @Override
        public FileAttributes getattr(FileReference file) {
            switch (file.toString()) {
                case "/memory" -> throw new OutOfMemoryError("thrown by the test");
                case "/error" -> throw new AssertionError("thrown by the test");
                default -> throw new IllegalStateException("thrown by the test");
            }
        }
    }
}
