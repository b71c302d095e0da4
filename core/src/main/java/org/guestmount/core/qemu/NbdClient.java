package org.guestmount.core.qemu;

import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Reads a disk from QEMU's NBD server, one request at a time. Source: the NBD project's doc/proto.md.
 *
 * <p>Owns: the connection.
 *
 * <p>Threads: one at a time.
 */
final class NbdClient implements AutoCloseable {
    private static final long GREETING = 0x4e42444d41474943L;
    private static final long OPTION_MAGIC = 0x49484156454f5054L;
    private static final long OPTION_REPLY_MAGIC = 0x0003e889045565a9L;
    private static final int REQUEST_MAGIC = 0x25609513;
    private static final int REPLY_MAGIC = 0x67446698;

    /** Fixed newstyle, and no padding after the answer. */
    private static final int FLAGS = 3;

    private static final int OPTION_GO = 7;
    private static final int REPLY_ACK = 1;
    private static final int REPLY_INFO = 3;
    private static final int INFO_EXPORT = 0;
    private static final int REPLY_ERROR_BIT = 1 << 31;
    private static final int COMMAND_READ = 0;

    private static final int GREETING_BYTES = 18;
    private static final int OPTION_REPLY_BYTES = 20;
    private static final int REQUEST_BYTES = 28;
    private static final int REPLY_BYTES = 16;
    private static final int MAX_OPTION_BYTES = 1 << 16;

    private final SocketChannel connection;
    private final ByteBuffer header = ByteBuffer.allocateDirect(REQUEST_BYTES);
    private long lastCookie;
    private long size;

    private NbdClient(SocketChannel connection) {
        this.connection = connection;
    }

    /**
     * Connects.
     *
     * @param socket the server's
     * @param export the name of what is to be read
     */
    static NbdClient connect(Path socket, String export) throws IOException {
        SocketChannel connection = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        NbdClient client = new NbdClient(connection);
        try {
            client.negotiate(export.getBytes(StandardCharsets.UTF_8));
            return client;
        } catch (IOException e) {
            connection.close();
            throw e;
        }
    }

    private void negotiate(byte[] export) throws IOException {
        ByteBuffer greeting = receive(ByteBuffer.allocate(GREETING_BYTES));
        if (greeting.getLong() != GREETING || greeting.getLong() != OPTION_MAGIC) {
            throw new IOException("not an NBD server");
        }
        int length = Integer.BYTES + export.length + Short.BYTES;
        send(ByteBuffer.allocate(Integer.BYTES + Long.BYTES + 2 * Integer.BYTES + length)
                .putInt(FLAGS)
                .putLong(OPTION_MAGIC)
                .putInt(OPTION_GO)
                .putInt(length)
                .putInt(export.length)
                .put(export)
                .putShort((short) 0)
                .flip());
        int type;
        do {
            ByteBuffer reply = receive(ByteBuffer.allocate(OPTION_REPLY_BYTES));
            if (reply.getLong() != OPTION_REPLY_MAGIC || reply.getInt() != OPTION_GO) {
                throw new IOException("the NBD server's answer makes no sense");
            }
            type = reply.getInt();
            int bytes = reply.getInt();
            if (bytes < 0 || bytes > MAX_OPTION_BYTES) {
                throw new IOException("the NBD server's answer is " + bytes + " bytes long");
            }
            ByteBuffer data = receive(ByteBuffer.allocate(bytes));
            if (type == REPLY_INFO && bytes >= Short.BYTES + Long.BYTES && data.getShort() == INFO_EXPORT) {
                size = data.getLong();
            }
            if ((type & REPLY_ERROR_BIT) != 0) {
                throw new IOException("the NBD server refuses, with " + Integer.toHexString(type));
            }
        } while (type != REPLY_ACK);
    }

    /** The length of what is read, in bytes. */
    long size() {
        return size;
    }

    /**
     * Fills the buffer's remaining space. After an error the connection is of no more use.
     *
     * @param offset in bytes
     */
    void read(long offset, ByteBuffer destination) throws IOException {
        lastCookie++;
        header.clear()
                .putInt(REQUEST_MAGIC)
                .putShort((short) 0)
                .putShort((short) COMMAND_READ)
                .putLong(lastCookie)
                .putLong(offset)
                .putInt(destination.remaining());
        send(header.flip());
        receive(header.clear().limit(REPLY_BYTES));
        if (header.getInt() != REPLY_MAGIC) {
            throw new IOException("the NBD server's answer makes no sense");
        }
        int error = header.getInt();
        if (header.getLong() != lastCookie) {
            throw new IOException("the NBD server answers another request");
        }
        if (error != 0) {
            throw new IOException("reading through NBD: error " + error);
        }
        while (destination.hasRemaining()) {
            if (connection.read(destination) < 0) {
                throw new EOFException("the NBD server is gone");
            }
        }
    }

    private void send(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            connection.write(bytes);
        }
    }

    private ByteBuffer receive(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (connection.read(bytes) < 0) {
                throw new EOFException("the NBD server is gone");
            }
        }
        return bytes.flip();
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
