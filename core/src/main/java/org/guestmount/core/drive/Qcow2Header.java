package org.guestmount.core.drive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a qcow2 header says, as far as it matters before QEMU opens the image. Source: QEMU's docs/interop/qcow2.txt.
 *
 * @param clusterBits log2 of the cluster size in bytes, 9 to 21
 * @param virtualSizeBytes of the disk
 * @param l1Offset in bytes
 * @param l1Entries of 8 bytes
 * @param refcountTableOffset in bytes
 * @param refcountTableClusters length of the refcount table, in clusters
 * @param refcountBits width of a reference count, 1 to 64
 * @param extendedL2 whether L2 entries have 16 bytes rather than 8
 */
record Qcow2Header(
        int clusterBits,
        long virtualSizeBytes,
        long l1Offset,
        int l1Entries,
        long refcountTableOffset,
        int refcountTableClusters,
        int refcountBits,
        boolean extendedL2,
        ImageReferences references) {

    private static final int VERSION_2_BYTES = 72;
    private static final long INCOMPATIBLE_EXTERNAL_DATA = 1L << 2;
    private static final long INCOMPATIBLE_EXTENDED_L2 = 1L << 4;
    private static final int EXTENSION_END = 0;
    private static final int EXTENSION_BACKING_FORMAT = 0xE2792ACA;
    private static final int EXTENSION_DATA_FILE = 0x44415441;
    private static final int MAX_L1_ENTRIES = 1 << 22;
    private static final int MAX_REFCOUNT_TABLE_BYTES = 1 << 23;

    static Qcow2Header read(ImageReader image) throws IOException {
        ByteBuffer header = image.read(0, 104, ByteOrder.BIG_ENDIAN);
        int version = header.getInt(4);
        int clusterBits = header.getInt(20);
        int l1Entries = header.getInt(36);
        int refcountTableClusters = header.getInt(56);
        long features = version >= 3 ? header.getLong(72) : 0;
        int refcountOrder = version >= 3 ? header.getInt(96) : 4;
        int headerBytes = version >= 3 ? header.getInt(100) : VERSION_2_BYTES;
        require(clusterBits >= 9 && clusterBits <= 21, "cluster size");
        require(l1Entries >= 0 && l1Entries <= MAX_L1_ENTRIES, "L1 table size");
        require(
                refcountTableClusters >= 0 && ((long) refcountTableClusters << clusterBits) <= MAX_REFCOUNT_TABLE_BYTES,
                "refcount table size");
        require(refcountOrder >= 0 && refcountOrder <= 6, "refcount width");
        require(headerBytes >= VERSION_2_BYTES && headerBytes <= 1 << clusterBits, "header length");

        Extensions extensions = Extensions.read(image, headerBytes, 1 << clusterBits);
        long backingOffset = header.getLong(8);
        int backingLength = header.getInt(16);
        String backing = backingOffset == 0 || backingLength == 0 ? null : image.text(backingOffset, backingLength);
        boolean externalData = (features & INCOMPATIBLE_EXTERNAL_DATA) != 0;
        return new Qcow2Header(
                clusterBits,
                header.getLong(24),
                header.getLong(40),
                l1Entries,
                header.getLong(48),
                refcountTableClusters,
                1 << refcountOrder,
                (features & INCOMPATIBLE_EXTENDED_L2) != 0,
                new ImageReferences(
                        backing,
                        extensions.backingFormat(),
                        externalData ? extensions.dataFileOrThrow() : null,
                        List.of()));
    }

    int clusterBytes() {
        return 1 << clusterBits;
    }

    private static void require(boolean condition, String what) throws IOException {
        if (!condition) {
            throw new IOException("the " + what + " in its header is out of range");
        }
    }

    /** The header extensions that name files or formats. */
    private record Extensions(
            @Nullable String backingFormat, @Nullable String dataFile) {
        static Extensions read(ImageReader image, int start, int end) throws IOException {
            String backingFormat = null;
            String dataFile = null;
            long position = start;
            while (position + 8 <= end) {
                int type = image.u32(position);
                long length = Integer.toUnsignedLong(image.u32(position + 4));
                if (type == EXTENSION_END || length > end - position) {
                    break;
                }
                if (type == EXTENSION_BACKING_FORMAT) {
                    backingFormat = image.text(position + 8, length);
                } else if (type == EXTENSION_DATA_FILE) {
                    dataFile = image.text(position + 8, length);
                }
                position += 8 + ((length + 7) & ~7L);
            }
            return new Extensions(backingFormat, dataFile);
        }

        String dataFileOrThrow() throws IOException {
            if (dataFile == null) {
                throw new IOException("its header does not name the external data file it needs");
            }
            return dataFile;
        }
    }
}
