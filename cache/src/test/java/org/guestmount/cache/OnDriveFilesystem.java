package org.guestmount.cache;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.guestmount.core.fs.DriveData;
import org.guestmount.core.fs.FileExtent;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.ForwardingGuestFilesystem;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.OpenFlags;

/**
 * Tells of every file that it is on a drive, and is the drive. What is there is what the file was when it was asked about, so who reads it
 * after a change reads something untrue.
 *
 * <p>Threads: any.
 */
final class OnDriveFilesystem extends ForwardingGuestFilesystem implements DriveData {
    private static final byte REUSED = (byte) 0xEE;

    private final TreeMap<Long, byte[]> pieces = new TreeMap<>();
    private long end;
    private long read;
    private Runnable beforeNextRead = () -> {};

    OnDriveFilesystem(GuestFilesystem delegate) {
        super(delegate);
    }

    /** The next time something is read from the drive, this is done before. */
    synchronized void beforeNextRead(Runnable event) {
        beforeNextRead = event;
    }

    /** All that was told of so far comes to be another file's. */
    synchronized void reuse() {
        for (byte[] piece : pieces.values()) {
            Arrays.fill(piece, REUSED);
        }
    }

    /** How much was read from the drive, in bytes. */
    synchronized long bytesRead() {
        return read;
    }

    @Override
    public List<FileExtent> mapExtents(FileHandle file, long offset) throws GuestFilesystemException {
        byte[] rest = new byte[(int) Math.max(0, getattr(file).size() - offset)];
        ByteBuffer data = ByteBuffer.wrap(rest);
        super.read(file, offset, data);
        long fileEnd = offset + data.position();
        FileExtent zeros = FileExtent.ofZeros(fileEnd, Long.MAX_VALUE - fileEnd);
        return fileEnd == offset ? List.of(zeros) : List.of(placed(offset, rest), zeros);
    }

    private synchronized FileExtent placed(long offset, byte[] piece) {
        pieces.put(end, piece);
        FileExtent extent = FileExtent.onDrive(offset, piece.length, 0, end);
        end += piece.length;
        return extent;
    }

    @Override
    public List<List<FileExtent>> mapSmallFiles(GuestPath directory, List<String> names) {
        List<List<FileExtent>> extents = new ArrayList<>();
        for (String name : names) {
            extents.add(mapSmallFile(directory.resolve(name)));
        }
        return extents;
    }

    private List<FileExtent> mapSmallFile(GuestPath path) {
        try {
            FileHandle file = open(path, OpenFlags.READ_ONLY).handle();
            try {
                return mapExtents(file, 0);
            } finally {
                release(file);
            }
        } catch (GuestFilesystemException e) {
            return List.of();
        }
    }

    @Override
    public boolean read(int drive, long offset, ByteBuffer destination) {
        Runnable event;
        synchronized (this) {
            event = beforeNextRead;
            beforeNextRead = () -> {};
        }
        event.run();
        synchronized (this) {
            long start = pieces.floorKey(offset);
            read += destination.remaining();
            destination.put(pieces.get(start), (int) (offset - start), destination.remaining());
        }
        return true;
    }
}
