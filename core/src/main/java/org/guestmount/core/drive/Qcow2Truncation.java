package org.guestmount.core.drive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Notices a qcow2 file that ends before its data does. QEMU would open it, and read zeros where data is missing.
 *
 * <p>The highest cluster with a reference count is cheap to find, and in a whole image is within the file. Where it is
 * not, there may just have been a crash between counting a cluster and writing it, so only then are the tables walked.
 */
final class Qcow2Truncation {
    private static final long OFFSET_MASK = 0x00FF_FFFF_FFFF_FE00L;
    private static final long COMPRESSED = 1L << 62;

    private final ImageReader image;
    private final Qcow2Header header;

    private Qcow2Truncation(ImageReader image, Qcow2Header header) {
        this.image = image;
        this.header = header;
    }

    /** Whether clusters that the disk's data is in lie past the end of the file. */
    static boolean isTruncated(ImageReader image, Qcow2Header header) throws IOException {
        Qcow2Truncation check = new Qcow2Truncation(image, header);
        return check.isPastEnd(header.l1Offset(), header.l1Entries() * 8L)
                || check.isPastEnd(header.refcountTableOffset(), 8)
                || (check.isPastEnd(check.highestCountedCluster(), 1) && check.hasDataPastEnd());
    }

    private boolean isPastEnd(long offset, long length) {
        return length > 0 && (offset < 0 || offset > image.size() - length);
    }

    /** Offset of the last cluster that is in use; the file's own length if that cannot be read. */
    private long highestCountedCluster() throws IOException {
        ByteBuffer table = image.read(
                header.refcountTableOffset(),
                header.refcountTableClusters() << header.clusterBits(),
                ByteOrder.BIG_ENDIAN);
        long countsPerBlock = header.clusterBytes() * 8L / header.refcountBits();
        for (int block = table.capacity() / 8 - 1; block >= 0; block--) {
            long offset = table.getLong(block * 8) & OFFSET_MASK;
            if (offset == 0) {
                continue;
            }
            if (isPastEnd(offset, 1)) {
                return image.size();
            }
            ByteBuffer counts = image.read(offset, header.clusterBytes(), ByteOrder.BIG_ENDIAN);
            for (int last = counts.capacity() - 1; last >= 0; last--) {
                if (counts.get(last) != 0) {
                    // Counts narrower than a byte share it; the first of them is low enough to be sure.
                    long index = last * 8L / header.refcountBits();
                    return (block * countsPerBlock + index) << header.clusterBits();
                }
            }
        }
        return 0;
    }

    private boolean hasDataPastEnd() throws IOException {
        ByteBuffer l1 = image.read(header.l1Offset(), header.l1Entries() * 8, ByteOrder.BIG_ENDIAN);
        while (l1.hasRemaining()) {
            long l2 = l1.getLong() & OFFSET_MASK;
            if (l2 != 0 && (isPastEnd(l2, 1) || hasDataPastEnd(l2))) {
                return true;
            }
        }
        return false;
    }

    private boolean hasDataPastEnd(long l2Offset) throws IOException {
        ByteBuffer l2 = image.read(l2Offset, header.clusterBytes(), ByteOrder.BIG_ENDIAN);
        int entryBytes = header.extendedL2() ? 16 : 8;
        for (int at = 0; at < l2.capacity(); at += entryBytes) {
            long entry = l2.getLong(at);
            long offset = (entry & COMPRESSED) != 0
                    ? entry & ((1L << (62 - (header.clusterBits() - 8))) - 1)
                    : entry & OFFSET_MASK;
            if (offset != 0 && isPastEnd(offset, 1)) {
                return true;
            }
        }
        return false;
    }
}
