package org.guestmount.appliance.daemon;

import com.kenai.jffi.Library;
import java.nio.charset.StandardCharsets;
import org.guestmount.appliance.inspect.Volume;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;
import org.jspecify.annotations.Nullable;

/**
 * Recognises what a block device holds, with libblkid in this process.
 *
 * <p>Source: libblkid's reference manual, "Low-level probing".
 */
final class Blkid {
    /** {@code BLKID_SUBLKS_LABEL | _UUID | _TYPE | _USAGE | _VERSION}. */
    private static final int WANTED = 1 << 1 | 1 << 3 | 1 << 5 | 1 << 7 | 1 << 8;

    /** {@code BLKID_PARTS_ENTRY_DETAILS}. */
    private static final int ENTRY_DETAILS = 1 << 2;

    private static final int SECTOR_BYTES = 512;

    private static final int FOUND = 0;
    private static final int FAILED = -1;
    private static final int AMBIVALENT = -2;

    private final long newProbe;
    private final long freeProbe;
    private final long enableSuperblocks;
    private final long setFlags;
    private final long enablePartitions;
    private final long setPartitionFlags;
    private final long probe;
    private final long lookup;

    private Blkid(Library library) {
        newProbe = Libc.address(library, "blkid_new_probe_from_filename");
        freeProbe = Libc.address(library, "blkid_free_probe");
        enableSuperblocks = Libc.address(library, "blkid_probe_enable_superblocks");
        setFlags = Libc.address(library, "blkid_probe_set_superblocks_flags");
        enablePartitions = Libc.address(library, "blkid_probe_enable_partitions");
        setPartitionFlags = Libc.address(library, "blkid_probe_set_partitions_flags");
        probe = Libc.address(library, "blkid_do_safeprobe");
        lookup = Libc.address(library, "blkid_probe_lookup_value");
    }

    /** Loads the library. */
    static Blkid load() throws GuestFilesystemException {
        Library library = Library.openLibrary("libblkid.so.1", Library.NOW | Library.LOCAL);
        if (library == null) {
            throw new GuestFilesystemException(Errno.ENOSYS, "the appliance lacks libblkid: " + Library.getLastError());
        }
        return new Blkid(library);
    }

    /**
     * What was recognised.
     *
     * @param type null if it holds no filesystem, nor a part of something else, that is known, or several
     * @param version of the type's layout, as the type counts them; null without one
     * @param usage {@code filesystem}, {@code raid}, {@code crypto} or {@code other}; null without a type
     * @param partitionTable the kind of partition table it has, null if it has none
     */
    record Content(
            @Nullable String type,
            @Nullable String version,
            @Nullable String label,
            @Nullable String uuid,
            @Nullable String usage,
            @Nullable String partitionTable,
            boolean ambivalent) {
        static final Content UNKNOWN = new Content(null, null, null, null, null, null, false);

        boolean isFilesystem() {
            return "filesystem".equals(usage);
        }
    }

    /**
     * @param device its path
     * @throws GuestFilesystemException {@code EIO} if it cannot be read
     */
    Content recognise(String device) throws GuestFilesystemException {
        long handle = Libc.call(newProbe, Scratch.ofThread().putString(Scratch.NAME, device), 0, 0, 0);
        if (handle == 0) {
            throw GuestFilesystemException.of(Errno.EIO, "probe", device);
        }
        try {
            Libc.call(enableSuperblocks, handle, 1, 0, 0);
            Libc.call(setFlags, handle, WANTED, 0, 0);
            Libc.call(enablePartitions, handle, 1, 0, 0);
            int result = (int) Libc.call(probe, handle, 0, 0, 0);
            if (result == FAILED) {
                throw GuestFilesystemException.of(Errno.EIO, "probe", device);
            }
            if (result == AMBIVALENT) {
                return new Content(null, null, null, null, null, null, true);
            }
            if (result != FOUND) {
                return Content.UNKNOWN;
            }
            return new Content(
                    value(handle, "TYPE"),
                    value(handle, "VERSION"),
                    value(handle, "LABEL"),
                    value(handle, "UUID"),
                    value(handle, "USAGE"),
                    value(handle, "PTTYPE"),
                    false);
        } finally {
            Libc.call(freeProbe, handle, 0, 0, 0);
        }
    }

    /** What mount(8) calls the layout of a UFS filesystem; that of most if the device cannot be read. */
    String ufsLayout(String device) {
        try {
            return "2".equals(recognise(device).version()) ? "ufs2" : "44bsd";
        } catch (GuestFilesystemException e) {
            return "ufs2";
        }
    }

    /**
     * What the partition table says of a partition; null if the device is none, or cannot be read.
     *
     * @param device its path
     */
    Volume.@Nullable Partition partition(String device) {
        long handle = 0;
        try {
            handle = Libc.call(newProbe, Scratch.ofThread().putString(Scratch.NAME, device), 0, 0, 0);
            if (handle == 0) {
                return null;
            }
            Libc.call(enableSuperblocks, handle, 0, 0, 0);
            Libc.call(enablePartitions, handle, 1, 0, 0);
            Libc.call(setPartitionFlags, handle, ENTRY_DETAILS, 0, 0);
            if ((int) Libc.call(probe, handle, 0, 0, 0) < 0) {
                return null;
            }
            String uuid = value(handle, "PART_ENTRY_UUID");
            String start = value(handle, "PART_ENTRY_OFFSET");
            String name = value(handle, "PART_ENTRY_NAME");
            return uuid == null || start == null
                    ? null
                    : new Volume.Partition(uuid, name == null ? "" : name, Long.parseLong(start) * SECTOR_BYTES);
        } catch (GuestFilesystemException e) {
            return null;
        } finally {
            if (handle != 0) {
                Libc.call(freeProbe, handle, 0, 0, 0);
            }
        }
    }

    private @Nullable String value(long handle, String name) throws GuestFilesystemException {
        Scratch scratch = Scratch.ofThread();
        long key = scratch.putString(Scratch.NAME, name);
        long pointer = scratch.address(Scratch.STRUCT);
        int result = (int) Libc.call(lookup, handle, key, pointer, 0);
        if (result != FOUND) {
            return null;
        }
        return new String(Libc.bytesAt(scratch.memory().getLong(Scratch.STRUCT)), StandardCharsets.UTF_8);
    }
}
