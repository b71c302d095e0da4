package org.guestmount.appliance.daemon;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.OpenedFile;
import org.guestmount.core.protocol.Frame;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Hello;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.ProtocolException;
import org.guestmount.core.protocol.Request;
import org.guestmount.core.protocol.WindowPart;
import org.guestmount.core.protocol.WireReader;
import org.guestmount.core.protocol.message.ListTrees;
import org.guestmount.core.protocol.message.Open;
import org.guestmount.core.protocol.message.PowerOff;
import org.guestmount.core.protocol.message.Read;
import org.guestmount.core.protocol.message.ReadDirectory;
import org.jspecify.annotations.Nullable;

/**
 * Answers the host's requests, several at a time and in any order.
 *
 * <p>The workers take turns at reading. Who has read a brief request while no other waits carries it out within the turn, for waking
 * another worker costs more than that; otherwise the turn is passed on first, so that requests are worked on side by side. No
 * frame waits in a queue, and no more are read than can be worked on.
 */
final class Server {
    /** Enough that requests which wait for the disk do not keep others waiting. */
    private static final int WORKERS = 8;

    private static final int HELLO_TIMEOUT_MILLIS = 60_000;

    /** How long a request may go on after the host is gone. */
    private static final int DRAIN_MILLIS = 20_000;

    /** Up to this size, a transfer takes no longer than waking a thread. */
    private static final int BRIEF_BYTES = 1 << 15;

    private static final int HELD_BYTES = 1 << 10;

    private final GuestServices guest;
    private final Port port;
    private final Hello hello;
    private final FrameReader reader;

    /** Held while reading: the turn. */
    private final Object turn = new Object();

    /** Held while writing, so that a frame is written whole. */
    private final Object writing = new Object();

    @GuardedBy("writing")
    private final ByteBuffer held = ByteBuffer.allocateDirect(HELD_BYTES);

    @GuardedBy("this")
    private int running;

    @GuardedBy("this")
    private boolean ended;

    @GuardedBy("this")
    private @Nullable Throwable failure;

    /** @param release what the hello tells the host */
    Server(GuestServices guest, Port port, String release) {
        this.guest = guest;
        this.port = port;
        this.hello = Hello.of(release, guest.window().capacity());
        this.reader = new FrameReader(port);
    }

    /**
     * Serves until the host is gone or has asked for the power to go off. When this returns, no request is being carried out,
     * except one that did not end in time.
     *
     * @throws IOException if the host says nothing or speaks another protocol, or the port fails
     */
    void serve() throws IOException {
        if (!port.awaitInput(HELLO_TIMEOUT_MILLIS)) {
            throw new ProtocolException("the host says nothing");
        }
        ByteBuffer first = reader.next(new WorkerMemory());
        if (first == null) {
            return;
        }
        greet(Frame.parse(first));
        for (int i = 1; i <= WORKERS; i++) {
            Thread worker = new Worker("worker-" + i);
            worker.setDaemon(true);
            worker.start();
        }
        awaitEnd();
    }

    /** The host speaks first, and does so again when the machine was resumed for it. */
    private void greet(Frame frame) throws IOException {
        if (frame.id() != 0) {
            throw new ProtocolException("a request came before the hello");
        }
        Hello.decode(new WireReader(frame.body())).requireCompatible();
        send(Frame.hello(hello));
    }

    private void send(ByteBuffer frame) throws IOException {
        synchronized (writing) {
            if (held.position() > 0) {
                port.write(held.flip());
                held.clear();
            }
            port.write(frame);
        }
    }

    /** Has a reply that nobody waits for sent with the next one. */
    private void hold(ByteBuffer frame) throws IOException {
        synchronized (writing) {
            if (held.remaining() < frame.remaining()) {
                send(frame);
            } else {
                held.put(frame);
            }
        }
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
                    Frame frame = takeTurn();
                    goesOn = frame != null && handle(frame);
                }
            } catch (IOException | RuntimeException | Error e) {
                end(e);
            }
        }

        /** Waits for its turn, and answers hellos and brief requests in it; the first frame that is neither, null if there will be none. */
        private @Nullable Frame takeTurn() throws IOException {
            synchronized (turn) {
                while (true) {
                    ByteBuffer next = reader.next(memory);
                    if (next == null) {
                        end(null);
                    }
                    if (next == null || !begin()) {
                        return null;
                    }
                    Frame frame = Frame.parse(next);
                    if (frame.id() == 0) {
                        finish();
                        greet(frame);
                    } else if (!isBrief(frame) || (!isRelease(frame) && (reader.hasNext() || port.awaitInput(0)))) {
                        return frame;
                    } else if (!handle(frame)) {
                        return null;
                    }
                }
            }
        }

        /** Carries a request out and replies; false if it was the last. */
        private boolean handle(Frame frame) throws IOException {
            int id = frame.id();
            boolean isLast = false;
            ByteBuffer reply;
            try {
                Request<?> request = requestIn(frame);
                isLast = request instanceof PowerOff;
                if (request instanceof Read read) {
                    reply = read(id, read);
                } else if (request instanceof ReadDirectory list
                        && guest.filesystem() instanceof EncodingFilesystem filesystem) {
                    reply = encoded(id, out -> filesystem.readDirectory(list.directory(), list.maxBytes(), out));
                } else if (request instanceof ListTrees list
                        && guest.filesystem() instanceof EncodingFilesystem filesystem) {
                    reply = encoded(
                            id, out -> filesystem.listTrees(list.roots(), list.byName(), list.maxDirectories(), out));
                } else if (request instanceof Open open) {
                    reply = open(id, open);
                } else {
                    reply = execute(id, request);
                }
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
            if (isRelease(frame) && reader.hasNext()) {
                hold(reply);
            } else {
                send(reply);
            }
            if (isLast) {
                end(null);
            }
            return !isLast;
        }

        private <R> ByteBuffer execute(int id, Request<R> request) throws GuestFilesystemException {
            return Frame.reply(id, request, request.execute(guest));
        }

        /** As {@link #execute}, but reads a small file along, into the reply itself. */
        private ByteBuffer open(int id, Open open) throws GuestFilesystemException {
            OpenedFile opened = open.execute(guest);
            if (!open.wantsContent(opened.attributes())) {
                return Frame.reply(id, open, opened);
            }
            int size = (int) opened.attributes().size();
            ByteBuffer head = Frame.reply(id, open, opened.with(ByteBuffer.allocate(0)));
            ByteBuffer reply = memory.output(head.remaining() + size).put(head);
            int start = reply.position();
            try {
                if (guest.filesystem().read(opened.handle(), 0, reply) == size) {
                    return Frame.withData(reply.flip(), start);
                }
            } catch (GuestFilesystemException e) {
                // Told to who reads it.
            }
            return Frame.reply(id, open, opened);
        }

        /** As {@link #execute}, but has the result written into the reply itself. */
        private ByteBuffer encoded(int id, Result result) throws GuestFilesystemException {
            ByteBuffer reply = memory.output(Frame.MAX_LENGTH).position(Frame.BODY_OFFSET);
            result.encode(reply);
            return Frame.reply(id, reply.flip());
        }

        /** As {@link #execute}, but reads into the reply itself. */
        private ByteBuffer read(int id, Read read) throws GuestFilesystemException {
            ByteBuffer reply = memory.output(Frame.DATA_OFFSET + read.length());
            guest.filesystem().read(read.file(), read.offset(), reply.position(Frame.DATA_OFFSET));
            return Frame.dataReply(id, reply.flip());
        }
    }

    /** A result that writes itself. */
    @FunctionalInterface
    private interface Result {
        void encode(ByteBuffer out) throws GuestFilesystemException;
    }

    private static boolean isRelease(Frame frame) {
        return Opcode.of(frame.code()) == Opcode.RELEASE;
    }

    /** Whether a request keeps others waiting for no longer than waking another worker takes, or little more. */
    private static boolean isBrief(Frame frame) {
        Opcode opcode = Opcode.of(frame.code());
        if (opcode == null) {
            return true;
        }
        return switch (opcode) {
            case LOOKUP, GETATTR, READ_DIRECTORY, READLINK, OPEN, CREATE, FLUSH, RELEASE -> true;
            case MKDIR, MKNOD, SYMLINK, LINK, UNLINK, RMDIR, RENAME, SETATTR -> true;
            case GETXATTR, LISTXATTR, SETXATTR, REMOVEXATTR, STATFS, SEEK -> true;
            case WRITE, UPDATE_FILE -> frame.body().remaining() <= BRIEF_BYTES;
            case READ -> Read.lengthIn(frame.body()) <= BRIEF_BYTES;
            case READ_INTO_WINDOW, WRITE_FROM_WINDOW, UPDATE_FROM_WINDOW ->
                WindowPart.lengthIn(frame.body()) <= BRIEF_BYTES;
            case FSYNC,
                    FALLOCATE,
                    COPY_RANGE,
                    SYNC,
                    READ_SMALL_FILES,
                    MAP_EXTENTS,
                    MAP_SMALL_FILES,
                    LIST_TREES,
                    CHANGE_TREE -> false;
            case LIST_BLOCK_DEVICES, DETECT_FILESYSTEMS, INSPECT, MOUNT, UNMOUNT_ALL, WAKE, SETTLE, POWER_OFF -> false;
            case ASSEMBLE, UNLOCK, MEMORY_TO_UNLOCK, LUKS_METADATA -> false;
        };
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
