package org.guestmount.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.BufferUnderflowException;
import java.nio.channels.ClosedByInterruptException;
import java.util.stream.Stream;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ErrnoMappingTest {
    static Stream<Arguments> table() {
        return Stream.of(
                Arguments.of(GuestFilesystemException.of(Errno.ENOSPC, "write", "/f"), Errno.ENOSPC),
                Arguments.of(GuestFilesystemException.of(Errno.ENOENT, "getattr", "/f"), Errno.ENOENT),
                Arguments.of(new InterruptedException(), Errno.EINTR),
                Arguments.of(new InterruptedIOException(), Errno.EINTR),
                Arguments.of(new ClosedByInterruptException(), Errno.EINTR),
                Arguments.of(new UnsupportedOperationException(), Errno.EOPNOTSUPP),
                Arguments.of(new IOException("lost"), Errno.EIO),
                Arguments.of(new BufferUnderflowException(), Errno.EIO),
                Arguments.of(new IllegalArgumentException(), Errno.EIO),
                Arguments.of(new StackOverflowError(), Errno.EIO),
                Arguments.of(new OutOfMemoryError(), Errno.EIO));
    }

    @ParameterizedTest
    @MethodSource("table")
    void eachThrowableHasItsNumber(Throwable thrown, Errno errno) {
        assertThat(ErrnoMapping.errnoOf("test", thrown)).isEqualTo(errno);
    }

    @Test
    void resultsPassThrough() {
        assertThat(ErrnoMapping.guarded("test", () -> 4096)).isEqualTo(4096);
    }

    @Test
    void nothingIsThrown() {
        int answer = ErrnoMapping.guarded("test", () -> {
            throw new AssertionError();
        });

        assertThat(answer).isEqualTo(-Errno.EIO.number());
    }
}
