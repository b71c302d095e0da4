package org.guestmount.fuse.kernel;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the kernel is told without having asked. */
final class Notices implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Notices.class);

    /** {@code FUSE_NOTIFY_INVAL_INODE}, in the place of an error number. */
    private static final int INVALIDATE_INODE = 2;

    /** An offset that stands for no data. */
    private static final long ATTRIBUTES_ONLY = -1;

    private static final int BYTES = 64;

    /** {@link FuseDevice#send}. */
    @FunctionalInterface
    interface Sender {
        void send(long address, int length) throws IOException;
    }

    private final Sender sender;

    @GuardedBy("this")
    private final NativeBuffer buffer = NativeBuffer.allocate(BYTES);

    @GuardedBy("this")
    private final Reply notice = new Reply(buffer.bytes());

    Notices(Sender sender) {
        this.sender = sender;
    }

    /** Has the kernel ask again for a node's attributes, and not believe any answer to what it has asked before. */
    synchronized void invalidateAttributes(long node) {
        notice.reset();
        putInvalidation(notice, node);
        try {
            sender.send(buffer.address(), notice.finishNotice(INVALIDATE_INODE));
        } catch (IOException e) {
            LOG.warn("the kernel may show old attributes: {}", e.getMessage());
        }
    }

    /** {@code struct fuse_notify_inval_inode_out}. */
    static void putInvalidation(Reply out, long node) {
        out.u64(node).u64(ATTRIBUTES_ONLY).u64(0);
    }

    /** No thread may be using it. */
    @Override
    public synchronized void close() {
        buffer.close();
    }
}
