package org.guestmount.core.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

/** fallocate, seek, copyRange. */
public interface SpaceContract extends ContractSupport {
    int FALLOC_FL_KEEP_SIZE = 0x01;
    int FALLOC_FL_PUNCH_HOLE = 0x02;
    int FALLOC_FL_ZERO_RANGE = 0x10;
    int MEBIBYTE = 1 << 20;

    @Test
    default void fallocateLengthensAFile() throws Exception {
        GuestPath path = makeFile("file", "text");
        FileHandle file = openForBoth(path);

        fs().fallocate(file, 0, 0, MEBIBYTE);

        assertThat(fs().getattr(path).size()).isEqualTo(MEBIBYTE);
        assertThat(fs().getattr(path).blocks()).isGreaterThanOrEqualTo(MEBIBYTE / 512);
        assertThat(readAt(file, 0, 6)).isEqualTo("text\0\0");
    }

    @Test
    default void fallocateCanKeepTheSize() throws Exception {
        GuestPath path = makeFile("file", "text");

        fs().fallocate(openForBoth(path), FALLOC_FL_KEEP_SIZE, 0, MEBIBYTE);

        assertThat(fs().getattr(path).size()).isEqualTo(4);
    }

    @Test
    default void aPunchedHoleReadsAsZeros() throws Exception {
        GuestPath path = makeFile("file", "x".repeat(16_384));
        FileHandle file = openForBoth(path);

        fs().fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4000, 8000);

        assertThat(contentOf(path)).isEqualTo("x".repeat(4000) + "\0".repeat(8000) + "x".repeat(4384));
    }

    @Test
    default void aRangeCanBeZeroed() throws Exception {
        assumeTrue(zeroesRanges());
        GuestPath path = makeFile("file", "x".repeat(10));

        fs().fallocate(openForBoth(path), FALLOC_FL_ZERO_RANGE, 8, 4);

        assertThat(contentOf(path)).isEqualTo("x".repeat(8) + "\0".repeat(4));
    }

    @Test
    default void fallocateRefusesWhatMakesNoSense() throws Exception {
        GuestPath path = makeFile("file", "text");
        FileHandle file = openForBoth(path);

        assertFails(Errno.EINVAL, () -> fs().fallocate(file, 0, 0, 0));
        assertFails(Errno.EINVAL, () -> fs().fallocate(file, 0, -1, 10));
        assertFails(Errno.EOPNOTSUPP, () -> fs().fallocate(file, FALLOC_FL_PUNCH_HOLE, 0, 10));
        assertFails(Errno.EBADF, () -> fs().fallocate(openForReading(path), 0, 0, 10));
    }

    @Test
    default void seekFindsTheEndAsAHole() throws Exception {
        FileHandle file = openForReading(makeFile("file", "text"));

        assertThat(fs().seek(file, 0, SeekTarget.DATA)).isZero();
        assertThat(fs().seek(file, 2, SeekTarget.DATA)).isEqualTo(2);
        assertThat(fs().seek(file, 1, SeekTarget.HOLE)).isEqualTo(4);
    }

    @Test
    default void seekAtOrPastTheEndFindsNothing() throws Exception {
        FileHandle file = openForReading(makeFile("file", "text"));

        assertFails(Errno.ENXIO, () -> fs().seek(file, 4, SeekTarget.DATA));
        assertFails(Errno.ENXIO, () -> fs().seek(file, 4, SeekTarget.HOLE));
        assertFails(Errno.ENXIO, () -> fs().seek(file, 1000, SeekTarget.DATA));
        assertFails(Errno.ENXIO, () -> fs().seek(file, -1, SeekTarget.HOLE));
    }

    @Test
    default void seekFindsDataBetweenHoles() throws Exception {
        assumeTrue(findsHoles());
        GuestPath path = makeFile("file", "");
        FileHandle file = openForBoth(path);
        writeAt(file, MEBIBYTE, "x".repeat(65_536));
        fs().setattr(path, AttributeChange.ofSize(4L * MEBIBYTE));
        fs().fsync(file, false);

        assertThat(fs().seek(file, 0, SeekTarget.HOLE)).isZero();
        assertThat(fs().seek(file, 0, SeekTarget.DATA)).isEqualTo(MEBIBYTE);
        assertThat(fs().seek(file, MEBIBYTE + 5, SeekTarget.HOLE)).isEqualTo(MEBIBYTE + 65_536);
        assertFails(Errno.ENXIO, () -> fs().seek(file, 2 * MEBIBYTE, SeekTarget.DATA));
    }

    @Test
    default void copyRangeCopiesBetweenFiles() throws Exception {
        FileHandle source = openForReading(makeFile("source", "0123456789"));
        FileHandle destination = openForBoth(makeFile("destination", "abcdefghij"));

        long copied = fs().copyRange(source, 2, destination, 4, 3);

        assertThat(copied).isEqualTo(3);
        assertThat(contentOf(at("destination"))).isEqualTo("abcd234hij");
    }

    @Test
    default void copyRangeStopsAtTheEndOfTheSource() throws Exception {
        FileHandle source = openForReading(makeFile("source", "0123456789"));
        FileHandle destination = openForBoth(makeFile("destination", ""));

        assertThat(fs().copyRange(source, 6, destination, 0, 100)).isEqualTo(4);
        assertThat(fs().copyRange(source, 10, destination, 0, 100)).isZero();
        assertThat(contentOf(at("destination"))).isEqualTo("6789");
    }

    @Test
    default void copyRangeRefusesHandlesOfTheWrongKind() throws Exception {
        GuestPath path = makeFile("file", "0123456789");
        GuestPath other = makeFile("other", "");
        FileHandle both = openForBoth(path);
        FileHandle reader = openForReading(other);
        FileHandle writer = fs().open(other, OpenContract.WRITE_ONLY).handle();
        FileHandle appender = fs().open(other, new OpenFlags(OpenFlags.WRONLY | OpenFlags.APPEND))
                .handle();

        assertFails(Errno.EBADF, () -> fs().copyRange(writer, 0, both, 0, 1));
        assertFails(Errno.EBADF, () -> fs().copyRange(both, 0, reader, 0, 1));
        assertFails(Errno.EBADF, () -> fs().copyRange(both, 0, appender, 0, 1));
        assertFails(Errno.EINVAL, () -> fs().copyRange(both, 0, both, 2, 5));
    }
}
