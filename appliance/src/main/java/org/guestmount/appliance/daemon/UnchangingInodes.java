package org.guestmount.appliance.daemon;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.util.List;
import org.guestmount.appliance.ext.Device;
import org.guestmount.appliance.ext.Inode;
import org.guestmount.appliance.ext.InodeTable;
import org.guestmount.core.fs.FileExtent;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.GuestFilesystemException;
import org.jspecify.annotations.Nullable;

/**
 * The inodes of a filesystem that is mounted read-only, without asking the kernel for each: it would read them from the same pages. Owns the
 * device's descriptor.
 *
 * <p>Threads: any.
 */
final class UnchangingInodes implements AutoCloseable {
    private final OpenDevice device;
    private final InodeTable table;
    private final int major;
    private final int minor;
    private final BlockDevices.@Nullable Start start;

    private UnchangingInodes(
            OpenDevice device, InodeTable table, int major, int minor, BlockDevices.@Nullable Start start) {
        this.device = device;
        this.table = table;
        this.major = major;
        this.minor = minor;
        this.start = start;
    }

    /**
     * Those of the filesystem a descriptor is on; null if they cannot be told.
     *
     * @param node the device it is on
     */
    static @Nullable UnchangingInodes of(int mounted, Object mountpoint, String node, BlockDevices devices)
            throws GuestFilesystemException {
        ByteBuffer struct = Stat.statx(mounted, mountpoint);
        int major = struct.getInt(Scratch.STRUCT + Abi.STATX_DEVICE_MAJOR);
        int minor = struct.getInt(Scratch.STRUCT + Abi.STATX_DEVICE_MINOR);
        if (isChanged(ExtOptions.inForce(devices.kernelName(major, minor)))) {
            return null;
        }
        BlockDevices.Start start = devices.start(major, minor);
        int descriptor = (int) Syscalls.check(Syscalls.open(node, Abi.O_RDONLY), "open", node);
        OpenDevice device = new OpenDevice(descriptor);
        InodeTable table = null;
        try {
            table = InodeTable.on(device);
            return table == null ? null : new UnchangingInodes(device, table, major, minor, start);
        } finally {
            if (table == null) {
                device.close();
            }
        }
    }

    /** Whether others are owners than inodes say, or the superblock is elsewhere. */
    private static boolean isChanged(List<String> options) {
        return options.stream().anyMatch(option -> option.equals("nouid32") || option.startsWith("sb="));
    }

    /**
     * Lists an entry that getdents64(2) left in the scratch memory.
     *
     * @return false if the kernel has to be asked about it
     */
    boolean list(Scratch scratch, int entry, int nameLength, EncodedEntries entries) {
        Inode inode = find(scratch.memory(), entry);
        if (inode == null) {
            return false;
        }
        int targetLength = tell(inode, entry, scratch);
        FileExtent contents = start == null ? null : inode.contents(start.drive(), start.bytes());
        entries.add(scratch, entry + Abi.DIRENT_NAME, nameLength, targetLength, inode.mayHaveXattrs(), contents);
        return true;
    }

    /** The inode of an entry; null if the kernel has to be asked. */
    private @Nullable Inode find(ByteBuffer memory, int entry) {
        byte type = memory.get(entry + Abi.DIRENT_TYPE);
        if (type != Abi.DT_REG && type != Abi.DT_LNK) {
            // Directories are going to be opened; something may be mounted there, too.
            return null;
        }
        try {
            Inode inode = table.find(memory.getLong(entry + Abi.DIRENT_INODE));
            return inode != null && inode.mode() >> Abi.TYPE_SHIFT == type ? inode : null;
        } catch (GuestFilesystemException e) {
            // The kernel will say what is wrong.
            return null;
        }
    }

    /**
     * Writes what statx(2) would into {@link Scratch#STRUCT}, and a symbolic link's target into {@link Scratch#DATA}.
     *
     * @param entry the inode's
     * @return how long the target is, in bytes; negative if it is no link
     */
    private int tell(Inode inode, int entry, Scratch scratch) {
        ByteBuffer memory = scratch.memory();
        int at = Scratch.STRUCT;
        memory.putInt(at + Abi.STATX_DEVICE_MAJOR, major)
                .putInt(at + Abi.STATX_DEVICE_MINOR, minor)
                .putInt(at + Abi.STATX_BLOCK_SIZE, table.blockBytes())
                .putLong(at + Abi.STATX_INODE, memory.getLong(entry + Abi.DIRENT_INODE))
                .putShort(at + Abi.STATX_MODE, (short) inode.mode())
                .putInt(at + Abi.STATX_LINKS, inode.links())
                .putInt(at + Abi.STATX_UID, inode.uid())
                .putInt(at + Abi.STATX_GID, inode.gid())
                .putLong(at + Abi.STATX_SIZE, inode.size())
                .putLong(at + Abi.STATX_BLOCKS, inode.sectors())
                .putLong(at + Abi.STATX_ATTRIBUTES_MASK, Abi.STATX_ATTR_KEPT)
                .putLong(at + Abi.STATX_ATTRIBUTES, inode.isKept() ? Abi.STATX_ATTR_KEPT : 0);
        putTime(memory, Abi.STATX_ACCESSED, inode, Inode.Time.ACCESSED);
        putTime(memory, Abi.STATX_MODIFIED, inode, Inode.Time.MODIFIED);
        putTime(memory, Abi.STATX_CHANGED, inode, Inode.Time.CHANGED);
        if (inode.type() != FileType.SYMBOLIC_LINK) {
            return -1;
        }
        byte[] target = inode.target();
        memory.put(Scratch.DATA, target);
        return target.length;
    }

    private static void putTime(ByteBuffer memory, int offset, Inode inode, Inode.Time time) {
        memory.putLong(Scratch.STRUCT + offset, inode.seconds(time));
        memory.putInt(Scratch.STRUCT + offset + Long.BYTES, inode.nanos(time));
    }

    /** Nothing more is read from now on. */
    @Override
    public void close() {
        device.close();
    }

    /** Owns its descriptor. */
    private static final class OpenDevice implements Device {
        private static final int CLOSED = -1;

        @GuardedBy("this")
        private int descriptor;

        OpenDevice(int descriptor) {
            this.descriptor = descriptor;
        }

        @Override
        public synchronized void read(long position, ByteBuffer into) throws GuestFilesystemException {
            Transfer.read(descriptor, position, into, "a device");
        }

        @Override
        public synchronized void willRead(long position, int bytes) {
            Libc.syscall(Abi.SYS_FADVISE64, descriptor, position, bytes, Abi.POSIX_FADV_WILLNEED, 0);
        }

        synchronized void close() {
            Syscalls.close(descriptor);
            descriptor = CLOSED;
        }
    }
}
