package org.guestmount.core.drive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.guestmount.core.fs.DriveData;

/**
 * The data of raw images that are mounted read-only: it is in the image, byte by byte, as long as the guest has written nothing to the
 * overlay. That is told from the overlay's size: whatever is written to an empty one makes it longer, before the guest hears that it
 * is written.
 *
 * <p>Owns: a descriptor of each image and of each overlay.
 *
 * <p>Threads: any, once all drives are added.
 */
public final class RawDrives implements DriveData, AutoCloseable {
    private final Map<Integer, RawDrive> drives = new HashMap<>();

    private record RawDrive(FileChannel image, FileChannel overlay, long emptyBytes) {
        boolean isUnchanged() throws IOException {
            return overlay.size() == emptyBytes;
        }
    }

    /**
     * Adds a drive, if it is one that can be read.
     *
     * @param overlay the file that takes its writes, still empty
     */
    public void add(int drive, DriveImage image, Path overlay) throws IOException {
        if (image.format() != DriveFormat.RAW || !(image.storage() instanceof ImageFile file)) {
            return;
        }
        FileChannel data = FileChannel.open(file.path());
        drives.put(
                drive,
                new RawDrive(data, FileChannel.open(overlay), overlay.toFile().length()));
    }

    @Override
    public boolean read(int drive, long offset, ByteBuffer destination) throws IOException {
        RawDrive raw = drives.get(drive);
        if (raw == null) {
            return false;
        }
        long position = offset;
        while (destination.hasRemaining()) {
            int count = raw.image.read(destination, position);
            if (count <= 0) {
                return false;
            }
            position += count;
        }
        // Only now, for what was written meanwhile is not in the image.
        return raw.isUnchanged();
    }

    @Override
    public void close() throws IOException {
        for (RawDrive raw : drives.values()) {
            raw.image.close();
            raw.overlay.close();
        }
    }
}
