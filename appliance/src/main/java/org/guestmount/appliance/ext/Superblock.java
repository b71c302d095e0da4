package org.guestmount.appliance.ext;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * What a filesystem says of itself, as far as that is needed to find inodes and to understand them.
 *
 * @param blockBytes a power of two, 1024 to 65536
 * @param blocks how many there are
 * @param firstBlock the first that may hold data
 * @param inodeBytes a power of two, 128 to 4096
 * @param inodes how many there are; they are counted from 1
 * @param firstInode the first that is not reserved
 * @param inodesPerGroup how many are in each table
 * @param descriptors where the groups' descriptors are, in bytes
 * @param descriptorBytes a power of two, 32 to 1024
 * @param wide whether block numbers have more than 32 bits
 * @param hugeFiles whether there may be more than 2³² sectors in a file
 * @param checksum of inodes; null if they have none
 */
record Superblock(
        int blockBytes,
        long blocks,
        long firstBlock,
        int inodeBytes,
        long inodes,
        long firstInode,
        long inodesPerGroup,
        long descriptors,
        int descriptorBytes,
        boolean wide,
        boolean hugeFiles,
        @Nullable InodeChecksum checksum) {
    /** Where it is, whatever the size of blocks. */
    static final int POSITION = 1024;

    static final int BYTES = 1024;

    private static final int MAGIC = 0xEF53;
    private static final int MIN_BLOCK_BYTES = 1024;
    private static final int MAX_LOG_BLOCK_SIZE = 6;
    private static final int OLD_INODE_BYTES = 128;
    private static final int MAX_INODE_BYTES = 4096;
    private static final int OLD_FIRST_INODE = 11;
    private static final int OLD_DESCRIPTOR_BYTES = 32;
    private static final int MIN_WIDE_DESCRIPTOR_BYTES = 64;
    private static final int MAX_DESCRIPTOR_BYTES = 1024;
    private static final int UUID_BYTES = 16;

    private static final int INCOMPAT_64BIT = 0x80;
    private static final int INCOMPAT_CSUM_SEED = 0x2000;

    /**
     * filetype, recover, extents, 64bit, mmp, flex_bg, ea_inode, csum_seed, largedir, inline_data, encrypt, casefold: these
     * leave inodes where they are, or mark those that are different. Not meta_bg, compression, journal_dev.
     */
    private static final int KNOWN_INCOMPAT =
            0x2 | 0x4 | 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x2000 | 0x4000 | 0x8000 | 0x10000 | 0x20000;

    private static final int RO_COMPAT_HUGE_FILE = 0x8;
    private static final int RO_COMPAT_METADATA_CSUM = 0x400;

    /** sparse_super, large_file, huge_file, gdt_csum, dir_nlink, extra_isize, quota, metadata_csum, read-only, project, verity, orphan_present. */
    private static final int KNOWN_RO_COMPAT =
            0x1 | 0x2 | 0x8 | 0x10 | 0x20 | 0x40 | 0x100 | 0x400 | 0x1000 | 0x2000 | 0x8000 | 0x10000;

    /** Null if it is none, or has features that could mean anything. */
    static @Nullable Superblock parse(ByteBuffer bytes) {
        ByteBuffer raw = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        boolean old = raw.getInt(0x4C) == 0; // s_rev_level
        int incompat = raw.getInt(0x60);
        int roCompat = raw.getInt(0x64);
        if ((raw.getShort(0x38) & 0xFFFF) != MAGIC
                || raw.getInt(0x48) != 0 // s_creator_os: Linux
                || (incompat & ~KNOWN_INCOMPAT) != 0
                || (roCompat & ~KNOWN_RO_COMPAT) != 0
                || Integer.compareUnsigned(raw.getInt(0x18), MAX_LOG_BLOCK_SIZE) > 0) {
            return null;
        }
        boolean wide = (incompat & INCOMPAT_64BIT) != 0;
        int blockBytes = MIN_BLOCK_BYTES << raw.getInt(0x18);
        long blocks = unsigned(raw, 0x4) | (wide ? unsigned(raw, 0x150) << 32 : 0);
        int inodeBytes = old ? OLD_INODE_BYTES : raw.getShort(0x58) & 0xFFFF;
        int descriptorBytes = wide ? raw.getShort(0xFE) & 0xFFFF : OLD_DESCRIPTOR_BYTES;
        long inodesPerGroup = unsigned(raw, 0x28);
        if (!isPowerOfTwo(inodeBytes, OLD_INODE_BYTES, Math.min(blockBytes, MAX_INODE_BYTES))
                || !isPowerOfTwo(
                        descriptorBytes, wide ? MIN_WIDE_DESCRIPTOR_BYTES : OLD_DESCRIPTOR_BYTES, MAX_DESCRIPTOR_BYTES)
                || inodesPerGroup == 0
                || blocks < 0
                || blocks > Long.MAX_VALUE / blockBytes) {
            return null;
        }
        InodeChecksum checksum = null;
        if ((roCompat & RO_COMPAT_METADATA_CSUM) != 0) {
            checksum = (incompat & INCOMPAT_CSUM_SEED) != 0
                    ? InodeChecksum.ofSeed(raw.getInt(0x270))
                    : InodeChecksum.ofIdentifier(raw.slice(0x68, UUID_BYTES));
        }
        return new Superblock(
                blockBytes,
                blocks,
                unsigned(raw, 0x14) + 1,
                inodeBytes,
                unsigned(raw, 0x0),
                old ? OLD_FIRST_INODE : unsigned(raw, 0x54),
                inodesPerGroup,
                blockBytes == MIN_BLOCK_BYTES ? 2L * blockBytes : blockBytes,
                descriptorBytes,
                wide,
                (roCompat & RO_COMPAT_HUGE_FILE) != 0,
                checksum);
    }

    private static boolean isPowerOfTwo(int number, int min, int max) {
        return number >= min && number <= max && Integer.bitCount(number) == 1;
    }

    private static long unsigned(ByteBuffer raw, int offset) {
        return Integer.toUnsignedLong(raw.getInt(offset));
    }

    /** Whether so many blocks from one on may hold a file's data. */
    boolean holds(long block, long count) {
        return block >= firstBlock && count <= blocks && block <= blocks - count;
    }
}
