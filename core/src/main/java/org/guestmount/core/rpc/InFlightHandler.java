package org.guestmount.core.rpc;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.protocol.Frame;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends requests and finds the call that each reply answers.
 *
 * <p>A call whose caller gave up before it was sent is dropped; after that it stays here, so that its id is not used
 * again, until its reply comes and is dropped. A reply that answers nothing is dropped too. When the connection ends,
 * every call fails with {@code EIO}, as do all later ones.
 */
// Confined to the channel's event loop.
@SuppressWarnings("FutureReturnValueIgnored") // Netty's: a failed write or close ends the channel
final class InFlightHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(InFlightHandler.class);

    private static final int LATE_MILLIS = 5;

    private final Map<Integer, PendingCall> pending = new HashMap<>();
    private int lastId;
    private boolean flushScheduled;
    private boolean lateFlushScheduled;
    private @Nullable Throwable fault;
    private @Nullable GuestFilesystemException lost;

    /**
     * Sends a request, together with all others submitted by now.
     *
     * @param late whether it can wait for the next request, which it then is sent with, or a few milliseconds
     */
    void send(ChannelHandlerContext context, PendingCall call, boolean late) {
        if (lost != null || call.reply().isDone()) {
            call.fail(lost == null ? gone(null) : lost);
            return;
        }
        int id = freeId();
        pending.put(id, call);
        if (LOG.isTraceEnabled()) {
            LOG.trace("[{}] {}", Integer.toUnsignedString(id), call.request());
        }
        context.write(call.frame(id), context.voidPromise());
        if (late) {
            if (!flushScheduled && !lateFlushScheduled) {
                lateFlushScheduled = true;
                context.executor().schedule(() -> flush(context), LATE_MILLIS, TimeUnit.MILLISECONDS);
            }
        } else if (!flushScheduled) {
            flushScheduled = true;
            context.executor().execute(() -> flush(context));
        }
    }

    private void flush(ChannelHandlerContext context) {
        flushScheduled = false;
        lateFlushScheduled = false;
        context.flush();
    }

    /** An id that no call in flight has; 0 is that of hellos. */
    private int freeId() {
        do {
            lastId++;
        } while (lastId == 0 || pending.containsKey(lastId));
        return lastId;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Frame frame = (Frame) message;
        PendingCall call = pending.remove(frame.id());
        if (LOG.isTraceEnabled()) {
            String known = call == null ? ", which answers nothing" : "";
            LOG.trace(
                    "[{}] status {}, {} bytes{}",
                    Integer.toUnsignedString(frame.id()),
                    frame.code(),
                    frame.body().remaining(),
                    known);
        }
        if (call != null) {
            call.answer(frame);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        GuestFilesystemException failure = gone(fault);
        lost = failure;
        List<PendingCall> calls = List.copyOf(pending.values());
        pending.clear();
        calls.forEach(call -> call.fail(failure));
        context.fireChannelInactive();
    }

    @Override
    @SuppressWarnings("deprecation") // ChannelHandler's is, ChannelInboundHandler's is not
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fault = fault == null ? cause : fault;
        context.close();
    }

    /** What a call fails with when there is nobody to answer it. */
    static GuestFilesystemException gone(@Nullable Throwable cause) {
        return new GuestFilesystemException(Errno.EIO, "the guest is gone", cause);
    }
}
