package org.guestmount.appliance.daemon;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.LastError;
import com.kenai.jffi.Library;
import com.kenai.jffi.MemoryIO;
import com.kenai.jffi.Type;
import java.nio.ByteBuffer;

/**
 * Calls of C functions through jffi, the layer below jnr-ffi: no class is generated for them, so that the first call is
 * as quick as any.
 */
final class Libc {
    private static final Type WORD = Type.SLONG_LONG;
    private static final CallContext SIX_WORDS = CallContext.getCallContext(
            WORD, new Type[] {WORD, WORD, WORD, WORD, WORD, WORD}, CallingConvention.DEFAULT, true);
    private static final Invoker INVOKER = Invoker.getInstance();
    private static final LastError LAST_ERROR = LastError.getInstance();
    private static final MemoryIO MEMORY = MemoryIO.getInstance();
    private static final long SYSCALL = address(Library.getDefault(), "syscall");
    private static final long COPY_FILE_RANGE = address(Library.getDefault(), "copy_file_range");

    private static final long MMAP = address(Library.getDefault(), "mmap");

    private Libc() {}

    /**
     * syscall(2).
     *
     * @return the result, or the negative errno
     */
    static long syscall(int number, long a, long b, long c, long d, long e) {
        long result = INVOKER.invokeN6(SIX_WORDS, SYSCALL, number, a, b, c, d, e);
        return result == -1 ? -LAST_ERROR.get() : result;
    }

    /**
     * copy_file_range(2), which has more arguments than fit into {@link #syscall}.
     *
     * @param sourceOffset address of 64 bits, as is {@code targetOffset}
     * @return the result, or the negative errno
     */
    static long copyFileRange(int source, long sourceOffset, int target, long targetOffset, long length) {
        long result =
                INVOKER.invokeN6(SIX_WORDS, COPY_FILE_RANGE, source, sourceOffset, target, targetOffset, length, 0);
        return result == -1 ? -LAST_ERROR.get() : result;
    }

    /**
     * mmap(2) of a file to be read and written, shared.
     *
     * @return the memory's address, or the negative errno
     */
    static long map(int descriptor, long offset, long length) {
        long result = INVOKER.invokeN6(
                SIX_WORDS, MMAP, 0, length, Abi.PROT_READ | Abi.PROT_WRITE, Abi.MAP_SHARED, descriptor, offset);
        return result == -1 ? -LAST_ERROR.get() : result;
    }

    /** Memory at an address, as a buffer that does not own it. */
    static ByteBuffer memoryAt(long address, int length) {
        return MEMORY.newDirectByteBuffer(address, length);
    }

    /** Calls any function of at most four arguments, each of them an integer or a pointer. */
    static long call(long function, long a, long b, long c, long d) {
        return INVOKER.invokeN6(SIX_WORDS, function, a, b, c, d, 0, 0);
    }

    /** Where a direct buffer's index 0 lies in memory. */
    static long address(ByteBuffer direct) {
        return MEMORY.getDirectBufferAddress(direct);
    }

    /** The function's address. */
    static long address(Library library, String function) {
        long address = library.getSymbolAddress(function);
        if (address == 0) {
            throw new UnsatisfiedLinkError(function);
        }
        return address;
    }

    /** The bytes at that address up to a NUL. */
    static byte[] bytesAt(long address) {
        return MEMORY.getZeroTerminatedByteArray(address);
    }
}
