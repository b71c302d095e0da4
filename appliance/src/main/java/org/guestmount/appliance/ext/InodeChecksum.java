package org.guestmount.appliance.ext;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The checksum that each inode has: CRC-32C of the filesystem's seed, the inode's number, its generation, and itself with zeros for the
 * checksum.
 */
final class InodeChecksum {
    /** For what is summed before the inode. */
    static final int LEAD_BYTES = 3 * Integer.BYTES;

    /** Of CRC-32C, reflected. */
    private static final int POLYNOMIAL = 0x82F63B78;

    private static final int GENERATION = 0x64;
    private static final int LOW = 0x7C;
    private static final int HIGH = 0x82;

    /** Four bytes with which the checksum becomes the seed: {@link CRC32C} begins with its own only. */
    private final int prefix;

    private InodeChecksum(int prefix) {
        this.prefix = prefix;
    }

    /** Of a filesystem that has the seed of its identifier, which is in the buffer. */
    static InodeChecksum ofIdentifier(ByteBuffer uuid) {
        return ofSeed(sum(uuid));
    }

    /** @param seed the kernel's checksum, not turned over, of what is common to all that is in the filesystem */
    static InodeChecksum ofSeed(int seed) {
        int state = seed;
        for (int bit = 0; bit < Integer.SIZE; bit++) {
            state = state < 0 ? (state ^ POLYNOMIAL) << 1 | 1 : state << 1;
        }
        return new InodeChecksum(~state);
    }

    /**
     * Whether an inode is what was written.
     *
     * @param bytes the inode behind {@link #LEAD_BYTES} of room; those of the checksum are zeros after that
     * @param extraBytes how much more than {@link Inode#OLD_BYTES} of it are fields in use
     */
    boolean matches(long number, byte[] bytes, int extraBytes) {
        ByteBuffer summed = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        boolean hasHigh = Inode.OLD_BYTES + extraBytes >= HIGH + Short.BYTES;
        int told = summed.getShort(LEAD_BYTES + LOW) & 0xFFFF;
        if (hasHigh) {
            told |= summed.getShort(LEAD_BYTES + HIGH) << Short.SIZE;
            summed.putShort(LEAD_BYTES + HIGH, (short) 0);
        }
        summed.putShort(LEAD_BYTES + LOW, (short) 0);
        summed.putInt(0, prefix).putInt(4, (int) number).putInt(8, summed.getInt(LEAD_BYTES + GENERATION));
        int found = sum(summed);
        return hasHigh ? found == told : (found & 0xFFFF) == told;
    }

    /** Without the last step of {@link CRC32C}, which turns over all bits: the kernel leaves that out. */
    private static int sum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return ~(int) crc.getValue();
    }
}
