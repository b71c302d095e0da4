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

    @GuardedBy("this")
    private final ByteBuffer memory;

    /** Which page is in each part of the memory. */
    @GuardedBy("this")
    private final long[] pages = new long[PAGES];

    @GuardedBy("this")
    private final long[] told = new long[AHEADS];

    private InodeTable(Device device, Superblock filesystem) {
        this.device = device;
        this.filesystem = filesystem;
        this.memory = ByteBuffer.allocateDirect(PAGES * PAGE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        Arrays.fill(pages, NONE);
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
            int at = load(table * filesystem.blockBytes() + index * size);
            memory.get(at, bytes, InodeChecksum.LEAD_BYTES, size);
        }
        return Inode.of(number, bytes, filesystem);
    }

    /** The block in which a group's table begins. */
    @GuardedBy("this")
    private long table(long group) throws GuestFilesystemException {
        int at = load(filesystem.descriptors() + group * filesystem.descriptorBytes());
        long low = Integer.toUnsignedLong(memory.getInt(at + 0x8)); // bg_inode_table_lo
        long high = filesystem.wide() ? Integer.toUnsignedLong(memory.getInt(at + 0x28)) : 0; // bg_inode_table_hi
        return low | high << 32;
    }

    /** Where in the memory a position of the device is now. */
    @GuardedBy("this")
    private int load(long position) throws GuestFilesystemException {
        long page = position / PAGE_BYTES;
        int slot = (int) (page % PAGES);
        int start = slot * PAGE_BYTES;
        if (pages[slot] != page) {
            pages[slot] = NONE;
            tellOf(position);
            ByteBuffer into = memory.duplicate().position(start).limit(start + PAGE_BYTES);
            device.read(page * PAGE_BYTES, into);
            while (into.hasRemaining()) {
                into.put((byte) 0); // where the device ends; nothing with a checksum or a type
            }
            pages[slot] = page;
        }
        return start + (int) (position % PAGE_BYTES);
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
