package org.guestmount.appliance.daemon;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.protocol.Frame;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Hello;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.Request;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.message.PowerOff;
import org.guestmount.core.protocol.message.Read;
import org.jspecify.annotations.Nullable;

/**
 * Answers the host's requests, several at a time and in any order.
 *
 * <p>The workers take turns at reading: who has read a frame passes the turn on and carries the request out itself. No frame
 * waits in a queue for a thread to wake, and no more are read than can be worked on.
 */
final class Server {
    /** Enough that requests which wait for the disk do not keep others waiting. */
    private static final int WORKERS = 8;

    private static final int HELLO_TIMEOUT_MILLIS = 60_000;

    /** How long a request may go on after the host is gone. */
    private static final int DRAIN_MILLIS = 20_000;

    private final GuestServices guest;
    private final Port port;
    private final FrameReader reader;

    /** Held while reading: the turn. */
    private final Object turn = new Object();

    /** Held while writing, so that a frame is written whole. */
    private final Object writing = new Object();

    @GuardedBy("this")
    private int running;

    @GuardedBy("this")
    private boolean ended;

    @GuardedBy("this")
    private @Nullable Throwable failure;

    Server(GuestServices guest, Port port) {
        this.guest = guest;
        this.port = port;
        this.reader = new FrameReader(port);
    }

    /**
     * Exchanges hellos and serves until the host is gone or has asked for the power to go off. When this returns, no request
     * is being carried out, except one that did not end in time.
     *
     * @param release what the hello tells the host
     * @throws IOException if the host speaks another protocol, or the port fails
     */
    void serve(String release) throws IOException {
        port.write(Frame.hello(Hello.of(release)));
        if (!port.awaitInput(HELLO_TIMEOUT_MILLIS)) {
            throw new ProtocolException("the host says nothing");
        }
        ByteBuffer hello = reader.next(new WorkerMemory());
        if (hello == null) {
            return;
        }
        Hello.decode(new WireReader(Frame.parse(hello).body())).requireCompatible();
        for (int i = 1; i <= WORKERS; i++) {
            Thread worker = new Worker("worker-" + i);
            worker.setDaemon(true);
            worker.start();
        }
        awaitEnd();
    }

    private synchronized void awaitEnd() throws IOException {
        try {
            while (!ended) {
                wait();
            }
            long deadline = System.nanoTime() + DRAIN_MILLIS * 1_000_000L;
            for (long left = DRAIN_MILLIS; running > 0 && left > 0; ) {
                wait(left);
                left = (deadline - System.nanoTime()) / 1_000_000L;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            throw new IOException(failure.toString(), failure);
        }
    }

    private synchronized boolean begin() {
        running += ended ? 0 : 1;
        return !ended;
    }

    private synchronized void finish() {
        running--;
        notifyAll();
    }

    private synchronized void end(@Nullable Throwable cause) {
        if (!ended) {
            ended = true;
            failure = cause;
        }
        notifyAll();
    }

    private final class Worker extends Thread {
        private final WorkerMemory memory = new WorkerMemory();

        Worker(String name) {
            super(name);
        }

        @Override
        public void run() {
            try {
                boolean goesOn = true;
                while (goesOn) {
                    ByteBuffer frame = take();
                    goesOn = frame != null && handle(frame);
                }
            } catch (IOException | RuntimeException | Error e) {
                end(e);
            }
        }

        /** Waits for its turn and for a frame; null if there will be none. */
        private @Nullable ByteBuffer take() throws IOException {
            synchronized (turn) {
                ByteBuffer frame = reader.next(memory);
                if (frame == null) {
                    end(null);
                }
                return frame != null && begin() ? frame : null;
            }
        }

        /** Carries a request out and replies; false if it was the last. */
        private boolean handle(ByteBuffer frame) throws IOException {
            int id = frame.getInt(0);
            boolean isLast = false;
            ByteBuffer reply;
            try {
                Request<?> request = requestIn(Frame.parse(frame));
                isLast = request instanceof PowerOff;
                reply = request instanceof Read read ? read(id, read) : execute(id, request);
            } catch (GuestFilesystemException e) {
                reply = Frame.error(id, e.errno(), messageOf(e));
            } catch (ProtocolException e) {
                reply = Frame.error(id, Errno.EPROTO, messageOf(e));
            } catch (OutOfMemoryError e) {
                reply = Frame.error(id, Errno.ENOMEM, "the daemon is out of memory");
            } catch (RuntimeException | Error e) {
                reply = Frame.error(id, Errno.EIO, e.toString());
            } finally {
                finish();
            }
            synchronized (writing) {
                port.write(reply);
            }
            if (isLast) {
                end(null);
            }
            return !isLast;
        }

        private <R> ByteBuffer execute(int id, Request<R> request) throws GuestFilesystemException {
            return Frame.reply(id, request, request.execute(guest));
        }

        /** As {@link #execute}, but reads into the reply itself. */
        private ByteBuffer read(int id, Read read) throws GuestFilesystemException {
            ByteBuffer reply = memory.output(Frame.DATA_OFFSET + read.length());
            guest.filesystem().read(read.file(), read.offset(), reply.position(Frame.DATA_OFFSET));
            return Frame.dataReply(id, reply.flip());
        }
    }

    private static Request<?> requestIn(Frame frame) throws GuestFilesystemException, ProtocolException {
        Opcode opcode = Opcode.of(frame.code());
        if (opcode == null) {
            throw new GuestFilesystemException(Errno.ENOSYS, "unknown request " + frame.code());
        }
        return opcode.decode(new WireReader(frame.body()));
    }

    private static String messageOf(Throwable e) {
        String message = e.getMessage();
        return message == null ? e.toString() : message;
    }
}
