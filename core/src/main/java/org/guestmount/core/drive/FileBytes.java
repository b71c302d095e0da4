package org.guestmount.core.drive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** The bytes of a file or block device. */
final class FileBytes implements ImageBytes {
    private final FileChannel channel;
    private final long size;

    FileBytes(Path file) throws IOException {
        channel = FileChannel.open(file);
        // Of a block device too, which it asks for its length.
        size = channel.size();
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public int read(ByteBuffer destination, long offset) throws IOException {
        return channel.read(destination, offset);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
