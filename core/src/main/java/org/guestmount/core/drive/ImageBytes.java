package org.guestmount.core.drive;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The bytes of an image, by offset, to look into it. */
public interface ImageBytes extends AutoCloseable {
    /** The length in bytes. */
    long size();

    /**
     * Reads some bytes.
     *
     * @return how many, at least one; -1 past the end
     */
    int read(ByteBuffer destination, long offset) throws IOException;

    @Override
    void close() throws IOException;
}
