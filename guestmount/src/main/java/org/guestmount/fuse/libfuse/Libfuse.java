package org.guestmount.fuse.libfuse;

import java.io.IOException;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.types.size_t;
import org.jspecify.annotations.Nullable;
import ru.serce.jnrfuse.LibFuse;

/**
 * The functions of libfuse 2.9 that a loop of one's own needs, besides those jnr-fuse binds.
 *
 * <p>{@code fuse_setup} is the way to mount and make a session: dlsym(3) finds the newest version of it, while for
 * {@code fuse_new} it finds one from 2.1. Source: fuse.h, fuse_lowlevel.h of libfuse 2.9.9.
 */
public interface Libfuse extends LibFuse {
    /**
     * Loads libfuse.so.2.
     *
     * @throws IOException if it is not installed
     */
    static Libfuse load() throws IOException {
        try {
            return LibraryLoader.create(Libfuse.class).failImmediately().load("libfuse.so.2");
        } catch (UnsatisfiedLinkError e) {
            throw new IOException("libfuse.so.2 cannot be loaded; install the package libfuse2", e);
        }
    }

    /** Mounts and returns the {@code struct fuse}, null if it failed and has said so on standard error. */
    @Nullable
    Pointer fuse_setup(
            int argc,
            Pointer argv,
            Pointer operations,
            @size_t long operationsSize,
            Pointer mountpointOut,
            Pointer multithreadedOut,
            @Nullable Pointer userData);

    void fuse_teardown(Pointer fuse, Pointer mountpoint);

    Pointer fuse_get_session(Pointer fuse);

    void fuse_session_exit(Pointer session);

    Pointer fuse_session_next_chan(Pointer session, @Nullable Pointer channel);

    @size_t
    long fuse_chan_bufsize(Pointer channel);

    /** The length of the request received, 0 when the session has ended, or a negative error number. */
    int fuse_chan_recv(Pointer channelInOut, Pointer buffer, @size_t long size);

    void fuse_session_process(Pointer session, Pointer request, @size_t long length, Pointer channel);
}
