package org.guestmount.fuse.kernel;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.LastError;
import com.kenai.jffi.Library;
import com.kenai.jffi.MemoryIO;
import com.kenai.jffi.Type;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import org.guestmount.core.fs.Errno;
import org.jspecify.annotations.Nullable;

/**
 * The device a mount is served by: /dev/fuse, opened and mounted by libfuse, which for ordinary users has the setuid
 * helper fusermount do it.
 *
 * <p>Calls go through jffi, the layer below jnr-ffi, because jnr-ffi's generated stubs cost a quarter of a second at the
 * start.
 */
final class FuseDevice implements AutoCloseable {
    private static final Charset FILE_NAMES = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

    /** {@code struct fuse_args}: int argc, char **argv, int allocated. */
    private static final int ARGS_BYTES = 24;

    private static final Invoker INVOKER = Invoker.getInstance();
    private static final MemoryIO MEMORY = MemoryIO.getInstance();

    private static final CallContext POINTER_OF_TWO = context(Type.POINTER, Type.POINTER, Type.POINTER);
    private static final CallContext VOID_OF_TWO = context(Type.VOID, Type.POINTER, Type.POINTER);
    private static final CallContext VOID_OF_ONE = context(Type.VOID, Type.POINTER);
    private static final CallContext INT_OF_ONE = context(Type.SINT32, Type.POINTER);
    private static final CallContext TRANSFER = context(Type.SLONG, Type.SINT32, Type.POINTER, Type.ULONG);

    private final Library libfuse;
    private final long channel;
    private final long mountpoint;
    private final int descriptor;
    private final long read;
    private final long write;

    private FuseDevice(Library libfuse, long channel, long mountpoint) {
        this.libfuse = libfuse;
        this.channel = channel;
        this.mountpoint = mountpoint;
        this.descriptor = (int) INVOKER.invokeN1(INT_OF_ONE, libfuse.getSymbolAddress("fuse_chan_fd"), channel);
        Library libc = Library.getDefault();
        this.read = libc.getSymbolAddress("read");
        this.write = libc.getSymbolAddress("write");
    }

    /** Loads libfuse and what calls it: null if there is none. */
    static @Nullable Library load() {
        return Library.openLibrary("libfuse.so.2", Library.LAZY | Library.LOCAL);
    }

    private static CallContext context(Type result, Type... parameters) {
        return CallContext.getCallContext(result, parameters, CallingConvention.DEFAULT, true);
    }

    /**
     * Mounts.
     *
     * @param mountpoint absolute
     * @param options mount options as libfuse takes each after {@code -o}, commas within one escaped
     * @throws IOException if libfuse cannot be loaded or could not mount; it has given its reason on standard error
     */
    static FuseDevice mount(String mountpoint, List<String> options) throws IOException {
        Library libfuse = load();
        if (libfuse == null) {
            throw new IOException("libfuse.so.2 cannot be loaded; install the package libfuse2");
        }
        List<Long> allocated = new ArrayList<>();
        List<String> arguments = new ArrayList<>(List.of("guestmount"));
        options.forEach(option -> arguments.add("-o" + option));
        long path = string(mountpoint);
        long argv = MEMORY.allocateMemory((arguments.size() + 1L) * Long.BYTES, true);
        allocated.add(argv);
        for (int i = 0; i < arguments.size(); i++) {
            long argument = string(arguments.get(i));
            allocated.add(argument);
            MEMORY.putAddress(argv + (long) i * Long.BYTES, argument);
        }
        long args = MEMORY.allocateMemory(ARGS_BYTES, true);
        allocated.add(args);
        MEMORY.putInt(args, arguments.size());
        MEMORY.putAddress(args + Long.BYTES, argv);
        try {
            long channel = INVOKER.invokeN2(POINTER_OF_TWO, libfuse.getSymbolAddress("fuse_mount"), path, args);
            INVOKER.invokeN1(VOID_OF_ONE, libfuse.getSymbolAddress("fuse_opt_free_args"), args);
            if (channel == 0) {
                MEMORY.freeMemory(path);
                throw new IOException("libfuse could not mount");
            }
            return new FuseDevice(libfuse, channel, path);
        } finally {
            allocated.forEach(MEMORY::freeMemory);
        }
    }

    private static long string(String string) {
        byte[] bytes = string.getBytes(FILE_NAMES);
        long memory = MEMORY.allocateMemory(bytes.length + 1L, true);
        MEMORY.putZeroTerminatedByteArray(memory, bytes, 0, bytes.length);
        return memory;
    }

    /**
     * Waits for a request.
     *
     * @return its length in bytes; 0 when the mount is gone
     * @throws IOException if the kernel refuses otherwise
     */
    int receive(long address, int capacity) throws IOException {
        while (true) {
            long length = INVOKER.invokeN3(TRANSFER, read, descriptor, address, capacity);
            if (length >= 0) {
                return (int) length;
            }
            Errno errno = lastError();
            switch (errno) {
                case EINTR, EAGAIN, ENOENT -> {
                    // Interrupted, or the request was withdrawn before it could be read.
                }
                case ENODEV -> {
                    return 0;
                }
                default -> throw new IOException("reading /dev/fuse: " + errno.description());
            }
        }
    }

    /** Answers a request. One that the kernel has given up, or whose mount is gone, is not an error. */
    void send(long address, int length) throws IOException {
        if (INVOKER.invokeN3(TRANSFER, write, descriptor, address, length) < 0) {
            Errno errno = lastError();
            if (errno != Errno.ENOENT && errno != Errno.ENODEV) {
                throw new IOException("answering on /dev/fuse: " + errno.description());
            }
        }
    }

    private static Errno lastError() {
        return Errno.of(LastError.getInstance().get());
    }

    /** Closes the device, and unmounts if that has not happened yet. No thread may be using it. */
    @Override
    public void close() {
        INVOKER.invokeN2(VOID_OF_TWO, libfuse.getSymbolAddress("fuse_unmount"), mountpoint, channel);
        MEMORY.freeMemory(mountpoint);
    }
}
