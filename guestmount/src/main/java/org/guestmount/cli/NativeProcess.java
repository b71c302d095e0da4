package org.guestmount.cli;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.Library;
import com.kenai.jffi.MemoryIO;
import com.kenai.jffi.Type;
import java.nio.charset.StandardCharsets;

/**
 * What a process can do to itself that Java cannot: the C library's calls on descriptors and signals. Source: dup2(2),
 * open(2), write(2), close(2), signal(2), isatty(3).
 */
final class NativeProcess {
    private static final int O_WRONLY = 1;
    private static final int O_APPEND = 02000;
    private static final int SIGINT = 2;
    private static final int SIG_DFL = 0;

    private static final CallContext INT_OF_INT = context(Type.SINT32, Type.SINT32);
    private static final CallContext INT_OF_TWO_INTS = context(Type.SINT32, Type.SINT32, Type.SINT32);
    private static final CallContext OPEN = context(Type.SINT32, Type.POINTER, Type.SINT32);
    private static final CallContext WRITE = context(Type.SLONG, Type.SINT32, Type.POINTER, Type.ULONG);
    private static final CallContext SIGNAL = context(Type.POINTER, Type.SINT32, Type.POINTER);

    private final Invoker invoker = Invoker.getInstance();
    private final MemoryIO memory = MemoryIO.getInstance();
    private final Library libc = Library.getDefault();

    private static CallContext context(Type result, Type... parameters) {
        return CallContext.getCallContext(result, parameters, CallingConvention.DEFAULT, true);
    }

    /** Makes one descriptor another name of what the first is. */
    void duplicate(int from, int to) {
        invoker.invokeN2(INT_OF_TWO_INTS, libc.getSymbolAddress("dup2"), from, to);
    }

    /** Opens a file to be appended to: its descriptor, negative on failure. */
    int openToAppend(String file) {
        byte[] bytes = file.getBytes(StandardCharsets.UTF_8);
        long path = memory.allocateMemory(bytes.length + 1L, true);
        try {
            memory.putZeroTerminatedByteArray(path, bytes, 0, bytes.length);
            return (int) invoker.invokeN2(OPEN, libc.getSymbolAddress("open"), path, O_WRONLY | O_APPEND);
        } finally {
            memory.freeMemory(path);
        }
    }

    void writeZeroByte(int descriptor) {
        long zero = memory.allocateMemory(1, true);
        try {
            invoker.invokeN3(WRITE, libc.getSymbolAddress("write"), descriptor, zero, 1);
        } finally {
            memory.freeMemory(zero);
        }
    }

    void close(int descriptor) {
        invoker.invokeN1(INT_OF_INT, libc.getSymbolAddress("close"), descriptor);
    }

    boolean isTerminal(int descriptor) {
        return invoker.invokeN1(INT_OF_INT, libc.getSymbolAddress("isatty"), descriptor) == 1;
    }

    /** Stops ignoring SIGINT. */
    void heedInterrupt() {
        invoker.invokeN2(SIGNAL, libc.getSymbolAddress("signal"), SIGINT, SIG_DFL);
    }
}
