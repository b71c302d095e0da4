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

    private @Nullable Functions functions;

    /** Where the library's functions are. */
    private record Functions(
            long newProbe,
            long freeProbe,
            long enableSuperblocks,
            long setFlags,
            long enablePartitions,
            long setPartitionFlags,
            long probe,
            long lookup) {}

    /** Loads the library when it is first needed. */
    private Functions functions() throws GuestFilesystemException {
        Functions loaded = functions;
        if (loaded == null) {
            loaded = load();
            functions = loaded;
        }
        return loaded;
    }

    private static Functions load() throws GuestFilesystemException {
        Library library = Library.openLibrary("libblkid.so.1", Library.NOW | Library.LOCAL);
        if (library == null) {
            throw new GuestFilesystemException(Errno.ENOSYS, "the appliance lacks libblkid: " + Library.getLastError());
        }
        return new Functions(
                Libc.address(library, "blkid_new_probe_from_filename"),
                Libc.address(library, "blkid_free_probe"),
                Libc.address(library, "blkid_probe_enable_superblocks"),
                Libc.address(library, "blkid_probe_set_superblocks_flags"),
                Libc.address(library, "blkid_probe_enable_partitions"),
                Libc.address(library, "blkid_probe_set_partitions_flags"),
                Libc.address(library, "blkid_do_safeprobe"),
                Libc.address(library, "blkid_probe_lookup_value"));
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
        Functions library = functions();
        long handle = Libc.call(library.newProbe, Scratch.ofThread().putString(Scratch.NAME, device), 0, 0, 0);
        if (handle == 0) {
            throw GuestFilesystemException.of(Errno.EIO, "probe", device);
        }
        try {
            Libc.call(library.enableSuperblocks, handle, 1, 0, 0);
            Libc.call(library.setFlags, handle, WANTED, 0, 0);
            Libc.call(library.enablePartitions, handle, 1, 0, 0);
            int result = (int) Libc.call(library.probe, handle, 0, 0, 0);
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
                    value(library, handle, "TYPE"),
                    value(library, handle, "VERSION"),
                    value(library, handle, "LABEL"),
                    value(library, handle, "UUID"),
                    value(library, handle, "USAGE"),
                    value(library, handle, "PTTYPE"),
                    false);
        } finally {
            Libc.call(library.freeProbe, handle, 0, 0, 0);
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
        try {
            return partition(functions(), device);
        } catch (GuestFilesystemException e) {
            return null;
        }
    }

    private Volume.@Nullable Partition partition(Functions library, String device) throws GuestFilesystemException {
        long handle = Libc.call(library.newProbe, Scratch.ofThread().putString(Scratch.NAME, device), 0, 0, 0);
        if (handle == 0) {
            return null;
        }
        try {
            Libc.call(library.enableSuperblocks, handle, 0, 0, 0);
            Libc.call(library.enablePartitions, handle, 1, 0, 0);
            Libc.call(library.setPartitionFlags, handle, ENTRY_DETAILS, 0, 0);
            if ((int) Libc.call(library.probe, handle, 0, 0, 0) < 0) {
                return null;
            }
            String uuid = value(library, handle, "PART_ENTRY_UUID");
            String start = value(library, handle, "PART_ENTRY_OFFSET");
            String name = value(library, handle, "PART_ENTRY_NAME");
            return uuid == null || start == null
                    ? null
                    : new Volume.Partition(uuid, name == null ? "" : name, Long.parseLong(start) * SECTOR_BYTES);
        } finally {
            Libc.call(library.freeProbe, handle, 0, 0, 0);
        }
    }

    private @Nullable String value(Functions library, long handle, String name) throws GuestFilesystemException {
        Scratch scratch = Scratch.ofThread();
        long key = scratch.putString(Scratch.NAME, name);
        long pointer = scratch.address(Scratch.STRUCT);
        int result = (int) Libc.call(library.lookup, handle, key, pointer, 0);
        if (result != FOUND) {
            return null;
        }
        return new String(Libc.bytesAt(scratch.memory().getLong(Scratch.STRUCT)), StandardCharsets.UTF_8);
    }
}
