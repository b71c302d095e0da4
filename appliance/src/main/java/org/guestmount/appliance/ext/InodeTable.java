package org.guestmount.appliance.ext;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.guestmount.core.fs.GuestFilesystemException;
import org.jspecify.annotations.Nullable;

/**
 * The inodes of a filesystem that does not change.
 *
 * <p>Threads: any.
 */
public final class InodeTable {
    /** What is read at once, in bytes: small, for under emulation the kernel copies byte by byte. No inode or descriptor is in two. */
    private static final int PAGE_BYTES = 4096;

    /** How many are kept: the inodes of a directory of a few thousand files, which are listed in no order. */
    private static final int PAGES = 256;

    /** What the disk is told of at once, as the kernel does when it reads inodes. */
    private static final int AHEAD_BYTES = 1 << 17;

    private static final int AHEADS = 1024;
    private static final int NONE = -1;

    private final Device device;
    private final Superblock filesystem;

    /** Made when they are needed: there may be many filesystems of which nothing is read. */
    @GuardedBy("this")
    private final @Nullable ByteBuffer[] pages = new ByteBuffer[PAGES];

    /** Which page of the device is in each of them. */
    @GuardedBy("this")
    private final long[] loaded = new long[PAGES];

    @GuardedBy("this")
    private final long[] told = new long[AHEADS];

    private InodeTable(Device device, Superblock filesystem) {
        this.device = device;
        this.filesystem = filesystem;
        Arrays.fill(loaded, NONE);
        Arrays.fill(told, NONE);
    }

    /**
     * That of the filesystem on a device; null if that is not one of which inodes can be told.
     *
     * @throws GuestFilesystemException if it cannot be read
     */
    public static @Nullable InodeTable on(Device device) throws GuestFilesystemException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(Superblock.BYTES);
        device.read(Superblock.POSITION, bytes);
        Superblock filesystem = bytes.hasRemaining() ? null : Superblock.parse(bytes.flip());
        return filesystem == null ? null : new InodeTable(device, filesystem);
    }

    /** What is called a block in {@code st_blksize}, in bytes. */
    public int blockBytes() {
        return filesystem.blockBytes();
    }

    /**
     * The inode with a number; null if the kernel has to be asked.
     *
     * @throws GuestFilesystemException if it cannot be read
     */
    public @Nullable Inode find(long number) throws GuestFilesystemException {
        if (number < filesystem.firstInode() || number > filesystem.inodes()) {
            return null;
        }
        int size = filesystem.inodeBytes();
        byte[] bytes = new byte[InodeChecksum.LEAD_BYTES + size];
        synchronized (this) {
            long table = table((number - 1) / filesystem.inodesPerGroup());
            long index = (number - 1) % filesystem.inodesPerGroup();
            if (!filesystem.holds(table, 1)) {
                return null;
            }
            long position = table * filesystem.blockBytes() + index * size;
            load(position).get(offset(position), bytes, InodeChecksum.LEAD_BYTES, size);
        }
        return Inode.of(number, bytes, filesystem);
    }

    /** The block in which a group's table begins. */
    @GuardedBy("this")
    private long table(long group) throws GuestFilesystemException {
        long position = filesystem.descriptors() + group * filesystem.descriptorBytes();
        ByteBuffer page = load(position);
        int at = offset(position);
        long low = Integer.toUnsignedLong(page.getInt(at + 0x8)); // bg_inode_table_lo
        long high = filesystem.wide() ? Integer.toUnsignedLong(page.getInt(at + 0x28)) : 0; // bg_inode_table_hi
        return low | high << 32;
    }

    /** The page of the device that has a position. */
    @GuardedBy("this")
    private ByteBuffer load(long position) throws GuestFilesystemException {
        long number = position / PAGE_BYTES;
        int slot = (int) (number % PAGES);
        ByteBuffer page = pages[slot];
        if (page == null) {
            page = ByteBuffer.allocateDirect(PAGE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            pages[slot] = page;
        }
        if (loaded[slot] != number) {
            loaded[slot] = NONE;
            tellOf(position);
            page.clear();
            device.read(number * PAGE_BYTES, page);
            while (page.hasRemaining()) {
                page.put((byte) 0); // where the device ends; nothing with a checksum or a type
            }
            loaded[slot] = number;
        }
        return page;
    }

    private static int offset(long position) {
        return (int) (position % PAGE_BYTES);
    }

    @GuardedBy("this")
    private void tellOf(long position) {
        long ahead = position / AHEAD_BYTES;
        int slot = (int) (ahead % AHEADS);
        if (told[slot] != ahead) {
            told[slot] = ahead;
            device.willRead(ahead * AHEAD_BYTES, AHEAD_BYTES);
        }
    }
}
