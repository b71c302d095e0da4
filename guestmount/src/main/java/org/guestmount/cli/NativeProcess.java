package org.guestmount.cli;

import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * What a process can do to itself that Java cannot: the C library's calls on descriptors and signals. Each returns -1 on
 * failure. Source: dup2(2), open(2), write(2), close(2), signal(2).
 */
public interface NativeProcess {
    int O_WRONLY = 1;
    int O_APPEND = 02000;
    int SIGINT = 2;

    static NativeProcess load() {
        return LibraryLoader.create(NativeProcess.class).load("c");
    }

    int dup2(int from, int to);

    int open(String file, int flags);

    long write(int descriptor, byte[] bytes, long count);

    int close(int descriptor);

    /** A null handler stands for the default action. */
    Pointer signal(int signal, @Nullable Pointer handler);
}
