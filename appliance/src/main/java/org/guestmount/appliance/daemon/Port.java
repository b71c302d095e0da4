package org.guestmount.appliance.daemon;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The connection to the host. Reads may be done by one thread at a time, and writes by one thread at a time. */
interface Port {
    /**
     * Waits until something can be read, be it the end.
     *
     * @return false if that was not so for so long
     */
    boolean awaitInput(int timeoutMillis) throws IOException;

    /**
     * Reads at least one byte into the remaining space of a direct buffer.
     *
     * @return how many, or -1 if the host is gone
     */
    int read(ByteBuffer destination) throws IOException;

    /** Writes all of the buffer's remaining bytes. */
    void write(ByteBuffer source) throws IOException;
}
