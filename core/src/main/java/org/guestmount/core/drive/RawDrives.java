package org.guestmount.core.drive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.guestmount.core.fs.DriveData;
import org.jspecify.annotations.Nullable;

/**
 * The data of raw images: it is in the image, byte by byte. Where an overlay takes what the guest writes, that is so as long as it has
 * written nothing, which is told from the overlay's size: whatever is written to an empty one makes it longer, before the guest hears
 * that it is written.
 *
 * <p>Owns: a descriptor of each image and of each overlay.
 *
 * <p>Threads: any, once all drives are added.
 */
public final class RawDrives implements DriveData, AutoCloseable {
    private final Map<Integer, RawDrive> drives = new HashMap<>();

    private record RawDrive(FileChannel image, @Nullable FileChannel overlay, long emptyBytes) {
        boolean hasAll() throws IOException {
            return overlay == null || overlay.size() == emptyBytes;
        }
    }

    /**
     * Adds a drive, if it is one that can be read.
     *
     * @param overlay the file that takes its writes, still empty; null if the image does
     */
    public void add(int drive, DriveImage image, @Nullable Path overlay) throws IOException {
        if (image.format() != DriveFormat.RAW || !(image.storage() instanceof ImageFile file)) {
            return;
        }
        FileChannel data = FileChannel.open(file.path());
        RawDrive raw = overlay == null
                ? new RawDrive(data, null, 0)
                : new RawDrive(data, FileChannel.open(overlay), overlay.toFile().length());
        drives.put(drive, raw);
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
        return raw.hasAll();
    }

    @Override
    public void close() throws IOException {
        for (RawDrive raw : drives.values()) {
            raw.image.close();
            if (raw.overlay != null) {
                raw.overlay.close();
            }
        }
    }
}
