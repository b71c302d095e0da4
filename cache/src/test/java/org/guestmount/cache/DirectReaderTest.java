package org.guestmount.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.DriveData;
import org.guestmount.core.fs.FileExtent;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.ForwardingGuestFilesystem;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InMemoryGuestFilesystem;
import org.guestmount.core.fs.OpenFlags;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class DirectReaderTest {
    private static final int PIECE = 4096;
    private static final int PIECES = 64;
    private static final int SIZE = PIECES * PIECE - 100;
    private static final int TOLD_AT_ONCE = 5;

    private final Random random = new Random(7);
    private final byte[] content = new byte[PIECES * PIECE];
    private final byte[] drive = new byte[4 * PIECES * PIECE];
    private final TreeMap<Long, FileExtent> extents = new TreeMap<>();
    private final InMemoryGuestFilesystem memory = new InMemoryGuestFilesystem();
    private FileHandle file;
    private int mapped;
    private int readByGuest;
    private boolean driveAnswers = true;
    private boolean driveFails;

    private final GuestFilesystem guest = new ForwardingGuestFilesystem(memory) {
        @Override
        public List<FileExtent> mapExtents(FileHandle asked, long offset) {
            mapped++;
            FileExtent first = extents.floorEntry(offset).getValue();
            FileExtent cut = new FileExtent(
                    offset,
                    first.end() - offset,
                    first.place(),
                    first.drive(),
                    first.place() == FileExtent.Place.DRIVE ? first.driveOffset() + offset - first.offset() : 0);
            return java.util.stream.Stream.concat(
                            java.util.stream.Stream.of(cut), extents.tailMap(offset, false).values().stream())
                    .limit(TOLD_AT_ONCE)
                    .toList();
        }

        @Override
        public int read(FileHandle asked, long offset, ByteBuffer destination) throws GuestFilesystemException {
            readByGuest += destination.remaining();
            return super.read(asked, offset, destination);
        }
    };

    private final DriveData drives = (number, offset, destination) -> {
        if (driveFails) {
            destination.put((byte) 99);
            throw new IOException("the disk is broken");
        }
        if (!driveAnswers) {
            destination.put((byte) 99);
            return false;
        }
        assertThat(number).isEqualTo(3);
        destination.put(drive, (int) offset, destination.remaining());
        return true;
    };

    /** A file of pieces that are on the drive in a random order, in the guest, or nowhere. */
    @BeforeEach
    void makeFile() throws Exception {
        for (int i = 0; i < PIECES; i++) {
            long offset = (long) i * PIECE;
            switch (i % 4) {
                case 0, 1 -> {
                    int place = (PIECES - i) * 3 * PIECE;
                    byte[] piece = new byte[PIECE];
                    random.nextBytes(piece);
                    System.arraycopy(piece, 0, content, (int) offset, PIECE);
                    System.arraycopy(piece, 0, drive, place, PIECE);
                    extents.put(offset, FileExtent.onDrive(offset, PIECE, 3, place));
                }
                case 2 -> extents.put(offset, FileExtent.ofZeros(offset, PIECE));
                default -> {
                    content[(int) offset + 17] = (byte) i;
                    extents.put(offset, FileExtent.inGuest(offset, PIECE));
                }
            }
        }
        long end = (long) PIECES * PIECE;
        extents.put(end, FileExtent.ofZeros(end, Long.MAX_VALUE - end));
        file = memory.create(GuestPath.of("/file"), OpenFlags.READ_WRITE, 0600, Credentials.ROOT)
                .handle();
        memory.write(file, 0, ByteBuffer.wrap(content, 0, SIZE));
    }

    private void assertReads(DirectReader reader, int offset, int length) throws GuestFilesystemException {
        ByteBuffer destination = ByteBuffer.allocate(length + 20).position(3).limit(3 + length);
        int expected = Math.max(0, Math.min(length, SIZE - offset));

        assertThat(reader.read(offset, destination)).isEqualTo(expected);

        assertThat(destination.position()).isEqualTo(3 + expected);
        assertThat(destination.limit()).isEqualTo(3 + length);
        assertThat(destination.slice(3, expected))
                .isEqualTo(ByteBuffer.wrap(content, Math.min(offset, SIZE), expected));
    }

    @Test
    void anyPartIsWhatTheFileHolds() throws Exception {
        DirectReader reader = new DirectReader(guest, drives, () -> file, SIZE, null);
        for (int round = 0; round < 500; round++) {
            assertReads(reader, random.nextInt(SIZE + PIECE), random.nextInt(6 * PIECE));
        }
        assertReads(reader, 0, SIZE);
        assertReads(reader, SIZE, 10);
    }

    @Test
    void onlyWhatIsInTheGuestIsReadThroughIt() throws Exception {
        DirectReader reader = new DirectReader(guest, drives, () -> file, SIZE, null);

        assertReads(reader, 0, 8 * PIECE);

        assertThat(readByGuest).isEqualTo(2 * PIECE);
    }

    @Test
    void theMapIsAskedForOnceAndInParts() throws Exception {
        DirectReader reader = new DirectReader(guest, drives, () -> file, SIZE, null);

        assertReads(reader, 0, PIECE);
        assertThat(mapped).isEqualTo(1);
        assertReads(reader, 0, SIZE);
        int all = mapped;
        assertThat(all).isBetween(PIECES / TOLD_AT_ONCE, PIECES / TOLD_AT_ONCE + 1);
        assertReads(reader, 0, SIZE);
        assertThat(mapped).isEqualTo(all);
    }

    @Test
    void whatTheDriveDoesNotTellIsReadThroughTheGuest() throws Exception {
        DirectReader reader = new DirectReader(guest, drives, () -> file, SIZE, null);
        driveAnswers = false;
        assertReads(reader, 10, 7 * PIECE);

        driveFails = true;
        assertReads(reader, 10, 7 * PIECE);
    }
}
