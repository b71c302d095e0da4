package org.guestmount.core.fs;

import com.google.errorprone.annotations.Immutable;

/**
 * Where a stretch of a file's data is.
 *
 * @param offset of its first byte in the file, at least 0
 * @param length in bytes, at least 1
 * @param drive which of the guest's drives, from 0; 0 unless it is {@link Place#DRIVE}
 * @param driveOffset of its first byte on the drive, as the guest sees that, at least 0; 0 unless it is {@link Place#DRIVE}
 */
@Immutable
public record FileExtent(long offset, long length, Place place, int drive, long driveOffset) {
    /** What has the data. */
    public enum Place {
        /** A drive has it, in the same order and nothing but it. */
        DRIVE(1),

        /** Nothing has: it reads as zeros. */
        ZEROS(2),

        /** Only the guest can tell: data that is compressed, encrypted, kept with the inode, or on several drives. */
        GUEST(3);

        private final int code;

        Place(int code) {
            this.code = code;
        }

        /** The wire form. */
        public int code() {
            return code;
        }
    }

    public FileExtent {
        if (offset < 0 || length < 1 || offset > Long.MAX_VALUE - length || drive < 0 || driveOffset < 0) {
            throw new IllegalArgumentException(
                    "extent of " + length + " bytes at " + offset + " on drive " + drive + " at " + driveOffset);
        }
    }

    public static FileExtent onDrive(long offset, long length, int drive, long driveOffset) {
        return new FileExtent(offset, length, Place.DRIVE, drive, driveOffset);
    }

    public static FileExtent ofZeros(long offset, long length) {
        return new FileExtent(offset, length, Place.ZEROS, 0, 0);
    }

    public static FileExtent inGuest(long offset, long length) {
        return new FileExtent(offset, length, Place.GUEST, 0, 0);
    }

    /** The offset of the first byte after it. */
    public long end() {
        return offset + length;
    }
}
