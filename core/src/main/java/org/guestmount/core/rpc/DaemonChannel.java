package org.guestmount.core.rpc;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.Future;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.protocol.Frame;
import org.guestmount.core.protocol.Hello;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.Request;
import org.guestmount.core.protocol.message.Release;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to the daemon. Any thread may call at any time; requests are sent in the order they are submitted, and
 * answered in any.
 *
 * <p>At most {@value #MAX_BYTES_IN_FLIGHT} bytes of requests are in flight. Beyond that, submitting waits for replies, so
 * that a guest that stalls stalls its callers and does not fill the host's memory.
 *
 * <p>Owns: the connection and the event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what depends on a reply or an end reports through a result of its own
public final class DaemonChannel implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DaemonChannel.class);
    private static final int MAX_BYTES_IN_FLIGHT = 16 << 20;
    private static final long CLOSE_TIMEOUT_SECONDS = 5;

    private final EventLoopGroup group;
    private final EventLoop loop;
    private final ChannelHandlerContext context;
    private final InFlightHandler inFlight;
    private final Hello daemonHello;
    private final Semaphore budget = new Semaphore(MAX_BYTES_IN_FLIGHT, true);
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    /**
     * A façade for a connection whose handshake is done.
     *
     * @param group whose one event loop the connection runs on; ended with it
     * @param context of the handler
     */
    DaemonChannel(EventLoopGroup group, ChannelHandlerContext context, InFlightHandler inFlight, Hello daemonHello) {
        this.group = group;
        this.loop = context.channel().eventLoop();
        this.context = context;
        this.inFlight = inFlight;
        this.daemonHello = daemonHello;
        context.channel().closeFuture().addListener(ignored -> closed.complete(null));
    }

    /**
     * Submits a request and waits for its result.
     *
     * @throws GuestFilesystemException the error it was answered with; {@code EIO} if the guest is gone or its answer
     *     makes no sense; {@code EINTR} if the thread is interrupted, its flag set again, and the request may or may
     *     not be carried out
     */
    public <R> R call(Request<R> request) throws GuestFilesystemException {
        CompletableFuture<Frame> reply = begin(request);
        return decode(request, await(reply, () -> reply.cancel(false)));
    }

    /**
     * As {@link #call}, of a request that opens something: if the thread is interrupted, what was opened is released
     * when the answer comes.
     *
     * @param opened the handle in a result, null if there is none
     */
    <R> R callToOpen(Request<R> request, Function<R, @Nullable FileHandle> opened) throws GuestFilesystemException {
        CompletableFuture<Frame> reply = begin(request);
        return decode(request, await(reply, () -> reply.thenAccept(frame -> release(request, frame, opened))));
    }

    /** What is done with a result while the memory that the request named is still lent. */
    @FunctionalInterface
    interface Use<R> {
        int of(R result) throws GuestFilesystemException;
    }

    /**
     * As {@link #call}, of a request that names memory of ours.
     *
     * @param end run once, when the guest has done with the request and its result has been used. If the thread is interrupted that is
     *     later, and on another thread.
     * @return what {@code use} returned
     */
    <R> int callLending(Request<R> request, Use<R> use, Runnable end) throws GuestFilesystemException {
        CompletableFuture<Frame> reply = null;
        try {
            reply = begin(request);
            return use.of(decode(request, await(reply, () -> {})));
        } finally {
            if (reply == null) {
                end.run();
            } else {
                reply.whenComplete((frame, failure) -> end.run());
            }
        }
    }

    private <R> void release(Request<R> request, Frame reply, Function<R, @Nullable FileHandle> opened) {
        try {
            FileHandle handle = opened.apply(decode(request, reply));
            if (handle != null) {
                begin(new Release(handle));
            }
        } catch (GuestFilesystemException e) {
            LOG.debug("{} was given up, and opened nothing", request.opcode(), e);
        }
    }

    /**
     * Submits a request without waiting for its result, though perhaps for room in flight, and then whether or not the
     * thread is interrupted: what nobody waits for has nobody to repeat it.
     *
     * @return completed on the event loop, so what depends on it must not block; fails with the
     *     {@link GuestFilesystemException} that {@link #call} would throw. Cancelling it gives the result up.
     */
    public <R> CompletableFuture<R> submit(Request<R> request) {
        CompletableFuture<R> result = new CompletableFuture<>();
        PendingCall call =
                loop.inEventLoop() ? PendingCall.following(request, budget) : PendingCall.surely(request, budget);
        CompletableFuture<Frame> reply = send(call, false);
        reply.whenComplete((frame, failure) -> complete(result, request, frame, failure));
        result.whenComplete((value, failure) -> reply.cancel(false));
        return result;
    }

    /** Sends a request with the next one, or in a few milliseconds; nobody hears whether it was carried out. */
    void submitLate(Request<?> request) throws GuestFilesystemException {
        begin(request, true);
    }

    private static <R> void complete(
            CompletableFuture<R> result, Request<R> request, @Nullable Frame reply, @Nullable Throwable failure) {
        if (reply == null) {
            result.completeExceptionally(failure == null ? new CancellationException() : failure);
            return;
        }
        try {
            result.complete(decode(request, reply));
        } catch (GuestFilesystemException e) {
            result.completeExceptionally(e);
        }
    }

    /** What the daemon said of itself. */
    public Hello daemonHello() {
        return daemonHello;
    }

    /** Completes when the connection has ended, whoever ended it. */
    public CompletableFuture<Void> closed() {
        return closed.copy();
    }

    /** Ends the connection; calls in flight fail with {@code EIO}. */
    @Override
    public void close() {
        context.channel().close();
        Future<?> ended = end(group);
        if (!loop.inEventLoop()) {
            ended.awaitUninterruptibly(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** Ends an event loop and every connection on it. */
    static Future<?> end(EventLoopGroup group) {
        return group.shutdownGracefully(0, CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    private CompletableFuture<Frame> begin(Request<?> request) throws GuestFilesystemException {
        return begin(request, false);
    }

    private CompletableFuture<Frame> begin(Request<?> request, boolean late) throws GuestFilesystemException {
        PendingCall call;
        try {
            call = loop.inEventLoop() ? PendingCall.following(request, budget) : PendingCall.of(request, budget);
        } catch (InterruptedException e) {
            throw interrupted();
        }
        return send(call, late);
    }

    private CompletableFuture<Frame> send(PendingCall call, boolean late) {
        try {
            loop.execute(() -> inFlight.send(context, call, late));
        } catch (RejectedExecutionException e) {
            call.fail(InFlightHandler.gone(e));
        }
        return call.reply();
    }

    private Frame await(CompletableFuture<Frame> reply, Runnable giveUp) throws GuestFilesystemException {
        if (loop.inEventLoop()) {
            throw new IllegalStateException("waiting for an answer on the thread that brings it");
        }
        try {
            return reply.get();
        } catch (InterruptedException e) {
            giveUp.run();
            throw interrupted();
        } catch (ExecutionException e) {
            throw (GuestFilesystemException) e.getCause();
        }
    }

    private static <R> R decode(Request<R> request, Frame reply) throws GuestFilesystemException {
        try {
            return reply.resultOf(request);
        } catch (ProtocolException e) {
            throw new GuestFilesystemException(Errno.EIO, "the guest's answer makes no sense", e);
        }
    }

    private static GuestFilesystemException interrupted() {
        Thread.currentThread().interrupt();
        return new GuestFilesystemException(Errno.EINTR, Errno.EINTR.description());
    }
}
