package org.guestmount.core.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.protocol.Frame;
import org.guestmount.core.protocol.message.Sync;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class InFlightHandlerTest {
    private static final int BUDGET = 1 << 20;

    private final Semaphore budget = new Semaphore(BUDGET);
    private final InFlightHandler handler = new InFlightHandler();
    private final EmbeddedChannel channel = new EmbeddedChannel(handler);
    private final ChannelHandlerContext context = channel.pipeline().context(handler);

    @AfterEach
    void finish() {
        channel.finishAndReleaseAll();
    }

    @Test
    void eachRequestIsSentUnderAnIdOfItsOwn() throws Exception {
        send();
        send();
        channel.runPendingTasks();

        assertThat(sentId()).isEqualTo(1);
        assertThat(sentId()).isEqualTo(2);
    }

    @Test
    void aReplyEndsItsOwnCall() throws Exception {
        PendingCall first = send();
        PendingCall second = send();
        Frame reply = replyTo(2);

        channel.writeInbound(reply);

        assertThat(second.reply()).isCompletedWithValue(reply);
        assertThat(first.reply()).isNotDone();
    }

    @Test
    void aCallInFlightHoldsItsShareUntilItsReply() throws Exception {
        send();
        assertThat(budget.availablePermits()).isLessThan(BUDGET);

        channel.writeInbound(replyTo(1));

        assertThat(budget.availablePermits()).isEqualTo(BUDGET);
    }

    @Test
    void aReplyThatAnswersNothingIsDropped() throws Exception {
        PendingCall call = send();

        channel.writeInbound(replyTo(7));
        channel.writeInbound(replyTo(0));

        assertThat(call.reply()).isNotDone();
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void aSecondReplyToOneCallIsDropped() throws Exception {
        PendingCall call = send();
        Frame first = replyTo(1);

        channel.writeInbound(first);
        channel.writeInbound(replyTo(1));

        assertThat(call.reply()).isCompletedWithValue(first);
        assertThat(budget.availablePermits()).isEqualTo(BUDGET);
    }

    @Test
    void aCallGivenUpBeforehandIsNotSent() throws Exception {
        PendingCall call = PendingCall.of(new Sync(), budget);
        call.reply().cancel(false);

        handler.send(context, call, false);
        channel.runPendingTasks();

        assertThat(channel.outboundMessages()).isEmpty();
        assertThat(budget.availablePermits()).isEqualTo(BUDGET);
    }

    @Test
    void aCallGivenUpInFlightKeepsItsShareUntilItsReplyIsDropped() throws Exception {
        PendingCall call = send();
        call.reply().cancel(false);
        assertThat(budget.availablePermits()).isLessThan(BUDGET);

        channel.writeInbound(replyTo(1));

        assertThat(call.reply()).isCancelled();
        assertThat(budget.availablePermits()).isEqualTo(BUDGET);
    }

    @Test
    void theEndOfTheConnectionFailsEveryCall() throws Exception {
        PendingCall first = send();
        PendingCall second = send();

        channel.close().syncUninterruptibly();

        assertThat(failureOf(first).errno()).isEqualTo(Errno.EIO);
        assertThat(failureOf(second)).hasMessage("the guest is gone");
        assertThat(budget.availablePermits()).isEqualTo(BUDGET);
    }

    @Test
    void aCallAfterTheEndFailsAtOnce() throws Exception {
        channel.close().syncUninterruptibly();

        PendingCall call = send();

        assertThat(failureOf(call).errno()).isEqualTo(Errno.EIO);
        assertThat(budget.availablePermits()).isEqualTo(BUDGET);
    }

    @Test
    void anErrorOfTheConnectionEndsItAndIsTheCause() throws Exception {
        PendingCall call = send();
        IOException reset = new IOException("reset");

        channel.pipeline().fireExceptionCaught(reset);

        assertThat(channel.isOpen()).isFalse();
        assertThat(failureOf(call)).hasCause(reset);
        assertThat(failureOf(send())).hasCause(reset);
    }

    private PendingCall send() throws InterruptedException {
        PendingCall call = PendingCall.of(new Sync(), budget);
        handler.send(context, call, false);
        return call;
    }

    private int sentId() {
        ByteBuf sent = channel.readOutbound();
        int id = sent.getInt(Frame.ID_OFFSET);
        sent.release();
        return id;
    }

    private static Frame replyTo(int id) {
        return new Frame(id, 0, ByteBuffer.allocate(0));
    }

    private static GuestFilesystemException failureOf(PendingCall call) {
        assertThat(call.reply()).isCompletedExceptionally();
        return (GuestFilesystemException)
                call.reply().handle((frame, failure) -> failure).join();
    }
}
