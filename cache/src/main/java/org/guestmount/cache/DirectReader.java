package org.guestmount.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.guestmount.core.fs.DriveData;
import org.guestmount.core.fs.FileExtent;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.jspecify.annotations.Nullable;

/**
 * Reads an open file that does not change: what lies on a drive from there, the rest through the guest.
 *
 * <p>Threads: any. Two that need the same part of the map ask for it twice, and learn the same.
 */
final class DirectReader {
    /** A file in more pieces than this has its map forgotten and asked for again. */
    private static final int MAX_EXTENTS = 50_000;

    private final GuestFilesystem guest;
    private final DriveData drives;
    private final Call<FileHandle> file;
    private final long size;
    private final ConcurrentSkipListMap<Long, FileExtent> extents = new ConcurrentSkipListMap<>();

    /**
     * @param file opens it in the guest if it is not open there; asked only when the guest is
     * @param size of the file, in bytes
     * @param known where its first bytes are; null if that has to be asked for
     */
    DirectReader(
            GuestFilesystem guest, DriveData drives, Call<FileHandle> file, long size, @Nullable FileExtent known) {
        this.guest = guest;
        this.drives = drives;
        this.file = file;
        this.size = size;
        if (known != null) {
            extents.put(known.offset(), known);
        }
    }

    /**
     * A whole file, if all of it can be read without the guest.
     *
     * @param extents from its beginning on, none missing; empty if they are not known
     * @param size of the file, in bytes
     */
    static @Nullable ByteBuffer readWhole(DriveData drives, List<FileExtent> extents, int size) {
        if (extents.isEmpty() || extents.get(extents.size() - 1).end() < size) {
            return null;
        }
        ByteBuffer content = ByteBuffer.allocate(size);
        for (FileExtent extent : extents) {
            if (extent.offset() >= size) {
                break;
            }
            int length = (int) Math.min(extent.length(), size - extent.offset());
            ByteBuffer part = content.slice((int) extent.offset(), length);
            boolean read = switch (extent.place()) {
                case ZEROS -> true;
                case DRIVE -> isReadFrom(drives, extent, extent.offset(), part);
                case GUEST -> false;
            };
            if (!read) {
                return null;
            }
        }
        return content;
    }

    /** pread(2). */
    int read(long offset, ByteBuffer destination) throws GuestFilesystemException {
        long position = offset;
        int limit = destination.limit();
        try {
            while (position < size && destination.position() < limit) {
                FileExtent extent = extentAt(position);
                long end = Math.min(size, extent.end());
                int length = (int) Math.min(end - position, limit - destination.position());
                destination.limit(destination.position() + length);
                int count = read(extent, position, destination);
                position += count;
                if (count < length) {
                    break;
                }
            }
        } finally {
            destination.limit(limit);
        }
        return (int) (position - offset);
    }

    /** Fills the buffer from within the extent; less only if the guest gives less. */
    private int read(FileExtent extent, long position, ByteBuffer destination) throws GuestFilesystemException {
        int start = destination.position();
        int length = destination.remaining();
        switch (extent.place()) {
            case ZEROS -> {
                while (destination.remaining() >= Long.BYTES) {
                    destination.putLong(0);
                }
                while (destination.hasRemaining()) {
                    destination.put((byte) 0);
                }
                return length;
            }
            case DRIVE -> {
                if (isReadFrom(drives, extent, position, destination)) {
                    return length;
                }
                destination.position(start);
                return guest.read(file.run(), position, destination);
            }
            case GUEST -> {
                return guest.read(file.run(), position, destination);
            }
        }
        throw new AssertionError(extent);
    }

    private static boolean isReadFrom(DriveData drives, FileExtent extent, long position, ByteBuffer destination) {
        try {
            return drives.read(extent.drive(), extent.driveOffset() + position - extent.offset(), destination);
        } catch (IOException e) {
            // The guest hears of the same trouble, and says what kind of error it is to a program.
            return false;
        }
    }

    private FileExtent extentAt(long position) throws GuestFilesystemException {
        Map.Entry<Long, FileExtent> known = extents.floorEntry(position);
        if (known != null && known.getValue().end() > position) {
            return known.getValue();
        }
        if (extents.size() > MAX_EXTENTS) {
            extents.clear();
        }
        FileExtent first = null;
        for (FileExtent extent : guest.mapExtents(file.run(), position)) {
            extents.put(extent.offset(), extent);
            first = first == null ? extent : first;
        }
        if (first == null) {
            throw new IllegalStateException("no extents at " + position);
        }
        return first;
    }
}
