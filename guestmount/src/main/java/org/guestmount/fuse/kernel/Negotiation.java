package org.guestmount.fuse.kernel;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The kernel's first request, in which version, abilities and limits are agreed: {@code FUSE_INIT}. */
final class Negotiation {
    private static final int MAJOR = 7;

    /** Linux 5.12 and later speak this minor version or a later one, and from then on ours; earlier ones theirs. */
    private static final int MINOR = 33;

    private static final int ASYNC_READ = 1;
    private static final int ATOMIC_O_TRUNC = 1 << 3;
    private static final int BIG_WRITES = 1 << 5;
    private static final int DO_READDIRPLUS = 1 << 13;
    private static final int ASYNC_DIO = 1 << 15;
    private static final int NO_OPEN_SUPPORT = 1 << 17;
    private static final int PARALLEL_DIROPS = 1 << 18;
    private static final int MAX_PAGES = 1 << 22;
    private static final int CACHE_SYMLINKS = 1 << 23;
    private static final int NO_OPENDIR_SUPPORT = 1 << 24;

    /**
     * {@code FUSE_HANDLE_KILLPRIV_V2}: we clear setuid and setgid when told to. Otherwise the kernel asks for attributes
     * before each chown, to do so itself.
     */
    private static final int HANDLE_KILLPRIV_V2 = 1 << 28;

    private static final int WANTED = ATOMIC_O_TRUNC
            | BIG_WRITES
            | DO_READDIRPLUS
            | ASYNC_DIO
            | PARALLEL_DIROPS
            | MAX_PAGES
            | CACHE_SYMLINKS
            | HANDLE_KILLPRIV_V2;

    /** What a kernel says that can do without opens; there is nothing to be answered. */
    private static final int WITHOUT_OPENS = NO_OPEN_SUPPORT | NO_OPENDIR_SUPPORT;

    private static final int PAGE_BYTES = 4096;
    private static final int UNUSED_BYTES = 32;

    private final SessionConfig.Limits limits;
    private final boolean mayDoWithoutOpens;
    private final CountDownLatch answered = new CountDownLatch(1);
    private volatile boolean withoutOpens;

    /** @param mayDoWithoutOpens whether nothing can be changed through the mount and nobody is refused */
    Negotiation(SessionConfig.Limits limits, boolean mayDoWithoutOpens) {
        this.limits = limits;
        this.mayDoWithoutOpens = mayDoWithoutOpens;
    }

    /**
     * Whether the kernel is to open and close files and directories by itself: once told {@code ENOSYS} for an open, it tells of none any
     * more, reads without a handle, and keeps what it read, listings too. Nothing of a read-only mount depends on who has it open.
     */
    boolean isWithoutOpens() {
        return withoutOpens;
    }

    void register(Map<Opcode, Handler> handlers) {
        handlers.put(Opcode.INIT, this::init);
    }

    /** {@code struct fuse_init_in} and {@code fuse_init_out}. */
    private void init(Request in, Reply out) {
        int major = in.u32();
        int minor = in.u32();
        int readahead = in.u32();
        int able = in.u32();
        if (major > MAJOR) {
            // The kernel asks again, in the version we say.
            out.u32(MAJOR).u32(MINOR).zeros(UNUSED_BYTES);
            return;
        }
        withoutOpens = mayDoWithoutOpens && (able & WITHOUT_OPENS) == WITHOUT_OPENS;
        int wanted = WANTED | (limits.asyncRead() ? ASYNC_READ : 0);
        out.u32(MAJOR).u32(Math.min(minor, MINOR));
        out.u32(Math.min(readahead, limits.maxReadaheadBytes())).u32(wanted & able);
        out.u16(limits.maxBackground()).u16(limits.congestionThreshold());
        out.u32(limits.maxWriteBytes()).u32(1);
        out.u16((limits.maxWriteBytes() + PAGE_BYTES - 1) / PAGE_BYTES).u16(0);
        out.zeros(UNUSED_BYTES);
        answered.countDown();
    }

    void await(int seconds) throws IOException, InterruptedException {
        if (!answered.await(seconds, TimeUnit.SECONDS)) {
            throw new IOException("the kernel did not begin to use the mount within " + seconds + " s");
        }
    }
}
