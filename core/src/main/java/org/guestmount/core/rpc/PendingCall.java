package org.guestmount.core.rpc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.protocol.Frame;
import org.guestmount.core.protocol.Request;

/** A request that waits to be sent or answered, and its share of the bytes that may be in flight. */
final class PendingCall {
    /** What even the smallest request is taken for, so that the number of calls in flight is bounded too. */
    private static final int LEAST_SHARE_BYTES = 8 << 10;

    private final Request<?> request;
    private final ByteBuf frame;
    private final Semaphore budget;
    private final int share;
    private final CompletableFuture<Frame> reply = new CompletableFuture<>();

    private PendingCall(Request<?> request, ByteBuf frame, Semaphore budget, int share) {
        this.request = request;
        this.frame = frame;
        this.budget = budget;
        this.share = share;
    }

    /**
     * Encodes the request, and waits for its share of the budget.
     *
     * @param budget of bytes in flight; the share goes back when the call is answered or failed
     */
    static PendingCall of(Request<?> request, Semaphore budget) throws InterruptedException {
        ByteBuf frame = encode(request);
        budget.acquire(shareOf(frame));
        return new PendingCall(request, frame, budget, shareOf(frame));
    }

    /** The same, waiting on even if the thread is interrupted. */
    static PendingCall surely(Request<?> request, Semaphore budget) {
        ByteBuf frame = encode(request);
        budget.acquireUninterruptibly(shareOf(frame));
        return new PendingCall(request, frame, budget, shareOf(frame));
    }

    private static int shareOf(ByteBuf frame) {
        return Math.max(LEAST_SHARE_BYTES, frame.readableBytes());
    }

    /** A call without a share, for one that follows from another just answered. */
    static PendingCall following(Request<?> request, Semaphore budget) {
        return new PendingCall(request, encode(request), budget, 0);
    }

    private static ByteBuf encode(Request<?> request) {
        return Unpooled.wrappedBuffer(Frame.request(0, request));
    }

    /** The reply, not yet decoded. A caller that no longer wants it may cancel this. */
    CompletableFuture<Frame> reply() {
        return reply;
    }

    Request<?> request() {
        return request;
    }

    /** The bytes to send under that id. */
    ByteBuf frame(int id) {
        return frame.setInt(Frame.ID_OFFSET, id);
    }

    /** Ends the call with its reply. Either this or {@link #fail} is called, once. */
    void answer(Frame answer) {
        budget.release(share);
        reply.complete(answer);
    }

    void fail(GuestFilesystemException failure) {
        budget.release(share);
        reply.completeExceptionally(failure);
    }
}
