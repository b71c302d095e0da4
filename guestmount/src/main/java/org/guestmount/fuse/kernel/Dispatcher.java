package org.guestmount.fuse.kernel;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.guestmount.core.fs.Errno;
import org.guestmount.fuse.ErrnoMapping;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has each request carried out by the handler of its opcode, and turns what that throws into an answer. */
final class Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

    private static final int ROOT = 0;

    /** What is done with files already open, by whom ever the kernel has it done. */
    private static final Set<Opcode> ANYBODYS = EnumSet.of(
            Opcode.INIT,
            Opcode.READ,
            Opcode.WRITE,
            Opcode.FSYNC,
            Opcode.FLUSH,
            Opcode.RELEASE,
            Opcode.READDIR,
            Opcode.READDIRPLUS,
            Opcode.FSYNCDIR,
            Opcode.RELEASEDIR);

    /** What is not told of any more if the kernel opens and closes by itself. */
    private static final Set<Opcode> OPENING =
            EnumSet.of(Opcode.OPEN, Opcode.FLUSH, Opcode.RELEASE, Opcode.OPENDIR, Opcode.RELEASEDIR);

    private final Negotiation negotiation;
    private final Map<Opcode, Handler> handlers = new EnumMap<>(Opcode.class);
    private final @Nullable Integer onlyUser;
    private final boolean traced;

    Dispatcher(Context context, Negotiation negotiation, @Nullable Integer onlyUser, boolean traced) {
        this.onlyUser = onlyUser;
        this.traced = traced;
        this.negotiation = negotiation;
        negotiation.register(handlers);
        new NameHandlers(context).register(handlers);
        new RemovalHandlers(context).register(handlers);
        new AttributeHandlers(context).register(handlers);
        Unopened unopened = new Unopened(context);
        new FileHandlers(context, unopened).register(handlers);
        new DirectoryHandlers(context, unopened).register(handlers);
    }

    /**
     * Carries out a request.
     *
     * @return the length of the answer; 0 if there is none
     */
    int dispatch(Request in, Reply out) {
        Opcode opcode = Opcode.of(in.opcode());
        out.reset();
        int result = result(opcode, in, out);
        if (traced) {
            LOG.info("{} node {} by {}: {}", opcode == null ? in.opcode() : opcode, in.node(), in.uid(), result);
        }
        return opcode == null || opcode.isAnswered() ? out.finish(in.unique(), result) : 0;
    }

    private int result(@Nullable Opcode opcode, Request in, Reply out) {
        Handler handler = opcode == null ? null : handlers.get(opcode);
        if (opcode == null || handler == null || (negotiation.isWithoutOpens() && OPENING.contains(opcode))) {
            return -Errno.ENOSYS.number();
        }
        if (onlyUser != null && in.uid() != onlyUser && in.uid() != ROOT && isRefusable(opcode)) {
            return -Errno.EACCES.number();
        }
        return ErrnoMapping.guarded(opcode.name(), () -> {
            handler.handle(in, out);
            return 0;
        });
    }

    private static boolean isRefusable(Opcode opcode) {
        return opcode.isAnswered() && !ANYBODYS.contains(opcode);
    }
}
