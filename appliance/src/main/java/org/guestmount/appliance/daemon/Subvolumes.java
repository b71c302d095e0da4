package org.guestmount.appliance.daemon;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.guestmount.appliance.inspect.Place.Subvolume;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.jspecify.annotations.Nullable;

/**
 * The subvolumes of a mounted btrfs filesystem, as its tree of roots has them.
 *
 * <p>Source: include/uapi/linux/btrfs.h and btrfs_tree.h of the Linux kernel; btrfs-ioctl(2).
 */
final class Subvolumes {
    /** More is a backup server's, and found no system by. */
    private static final int MAX_SUBVOLUMES = 500;

    /** Mounts the top level, and leaves the disk as it is even if there is a journal to be replayed. */
    static final String MOUNT_OPTIONS = "ro,subvolid=5,rescue=nologreplay";

    private static final int MAX_SEARCHES = 100;
    private static final int MAX_DEPTH = 50;

    private static final long TREE_OF_ROOTS = 1;
    private static final long TOP_LEVEL = Subvolume.TOP_LEVEL;
    private static final long ROOT_DIRECTORY = 6;
    private static final int DIR_ITEM = 84;
    private static final int ROOT_BACKREF = 144;

    /** Offsets within {@code struct btrfs_ioctl_search_args}. */
    private static final int KEY_TREE = 0;

    private static final int KEY_MIN_OBJECT = 8;
    private static final int KEY_MAX_OBJECT = 16;
    private static final int KEY_MIN_OFFSET = 24;
    private static final int KEY_MAX_OFFSET = 32;
    private static final int KEY_MIN_TRANSACTION = 40;
    private static final int KEY_MAX_TRANSACTION = 48;
    private static final int KEY_MIN_TYPE = 56;
    private static final int KEY_MAX_TYPE = 60;
    private static final int KEY_ITEMS = 64;
    private static final int FOUND = 104;

    /** Offsets within {@code struct btrfs_ioctl_search_header}. */
    private static final int HEADER_OBJECT = 8;

    private static final int HEADER_OFFSET = 16;
    private static final int HEADER_TYPE = 24;
    private static final int HEADER_LENGTH = 28;
    private static final int HEADER_BYTES = 32;

    /** Offsets within {@code struct btrfs_root_ref}. */
    private static final int REF_DIRECTORY = 0;

    private static final int REF_NAME_LENGTH = 16;
    private static final int REF_NAME = 18;

    /** Size of the arguments of both ioctls, and where the second's result is. */
    private static final int ARGUMENT_BYTES = 4096;

    private static final int LOOKUP_PATH = 16;

    /** A descriptor of a directory of the filesystem. */
    private final int directory;

    private final Map<Long, Reference> references = new TreeMap<>();
    private final List<Subvolume> list = new ArrayList<>();
    private long defaultId = TOP_LEVEL;

    /** Where a subvolume is: under this name in a directory of another. */
    private record Reference(long parent, long directory, String name) {}

    private Subvolumes(int directory) {
        this.directory = directory;
    }

    /** Reads those of the filesystem that is mounted there. */
    static Subvolumes of(GuestRoot mounted) throws GuestFilesystemException {
        int directory = (int) Syscalls.check(mounted.open(GuestPath.ROOT, Abi.O_RDONLY, 0), "open", GuestPath.ROOT);
        try {
            Subvolumes subvolumes = new Subvolumes(directory);
            subvolumes.read();
            return subvolumes;
        } finally {
            Syscalls.close(directory);
        }
    }

    private void read() throws GuestFilesystemException {
        search(ROOT_DIRECTORY, ROOT_DIRECTORY, DIR_ITEM);
        search(TOP_LEVEL, -256L, ROOT_BACKREF);
        list.add(new Subvolume(TOP_LEVEL, ""));
        for (Long id : references.keySet()) {
            String path = path(id, MAX_DEPTH);
            if (path != null) {
                list.add(new Subvolume(id, path));
            }
        }
    }

    /** The one that is mounted unless told otherwise. */
    long defaultId() {
        return defaultId;
    }

    /** All of them in the order in which they were made, the top level first. */
    List<Subvolume> list() {
        return list;
    }

    /** From the top level; null if it is nowhere below it. */
    private @Nullable String path(long id, int maxDepth) throws GuestFilesystemException {
        Reference reference = references.get(id);
        if (reference == null || maxDepth == 0) {
            return null;
        }
        String parent = reference.parent == TOP_LEVEL ? "" : path(reference.parent, maxDepth - 1);
        String folder = lookUp(reference.parent, reference.directory);
        if (parent == null || folder == null) {
            return null;
        }
        return (parent.isEmpty() ? "" : parent + "/") + folder + reference.name;
    }

    /** {@code BTRFS_IOC_INO_LOOKUP}: the path of a directory within its subvolume, with a slash at the end; null if there is none. */
    private @Nullable String lookUp(long tree, long inode) throws GuestFilesystemException {
        Scratch scratch = Scratch.ofThread();
        ByteBuffer memory = scratch.memory();
        memory.putLong(Scratch.STRUCT, tree).putLong(Scratch.STRUCT + 8, inode);
        memory.put(Scratch.STRUCT + LOOKUP_PATH, (byte) 0);
        long result = Syscalls.ioctl(directory, Abi.BTRFS_IOC_INO_LOOKUP, scratch.address(Scratch.STRUCT));
        if (result < 0) {
            return null;
        }
        int length = 0;
        while (LOOKUP_PATH + length < ARGUMENT_BYTES && memory.get(Scratch.STRUCT + LOOKUP_PATH + length) != 0) {
            length++;
        }
        return scratch.getString(Scratch.STRUCT + LOOKUP_PATH, length);
    }

    /** {@code BTRFS_IOC_TREE_SEARCH} in the tree of roots, until nothing more is found. */
    private void search(long minObject, long maxObject, int type) throws GuestFilesystemException {
        long object = minObject;
        long offset = 0;
        for (int i = 0; i < MAX_SEARCHES && references.size() < MAX_SUBVOLUMES; i++) {
            Scratch scratch = Scratch.ofThread();
            ByteBuffer key = scratch.memory()
                    .slice(Scratch.STRUCT, ARGUMENT_BYTES)
                    .order(scratch.memory().order());
            key.put(0, new byte[FOUND]);
            key.putLong(KEY_TREE, TREE_OF_ROOTS)
                    .putLong(KEY_MIN_OBJECT, object)
                    .putLong(KEY_MAX_OBJECT, maxObject)
                    .putLong(KEY_MIN_OFFSET, offset)
                    .putLong(KEY_MAX_OFFSET, -1)
                    .putLong(KEY_MIN_TRANSACTION, 0)
                    .putLong(KEY_MAX_TRANSACTION, -1)
                    .putInt(KEY_MIN_TYPE, type)
                    .putInt(KEY_MAX_TYPE, type)
                    .putInt(KEY_ITEMS, ARGUMENT_BYTES);
            Syscalls.check(
                    Syscalls.ioctl(directory, Abi.BTRFS_IOC_TREE_SEARCH, scratch.address(Scratch.STRUCT)),
                    "search subvolumes of",
                    "a filesystem");
            int count = key.getInt(KEY_ITEMS);
            int at = FOUND;
            for (int item = 0; item < count && at + HEADER_BYTES <= ARGUMENT_BYTES; item++) {
                object = key.getLong(at + HEADER_OBJECT);
                offset = key.getLong(at + HEADER_OFFSET) + 1;
                int length = key.getInt(at + HEADER_LENGTH);
                if (length < 0 || length > ARGUMENT_BYTES - HEADER_BYTES - at) {
                    return;
                }
                if (key.getInt(at + HEADER_TYPE) == type) {
                    take(key, type, at, length);
                }
                at += HEADER_BYTES + length;
            }
            if (count == 0 || offset == 0) {
                return;
            }
        }
    }

    private void take(ByteBuffer found, int type, int at, int length) {
        int data = at + HEADER_BYTES;
        if (type == DIR_ITEM) {
            // Begins with the key of what it names, which is the default subvolume.
            defaultId = length >= Long.BYTES ? found.getLong(data) : TOP_LEVEL;
        } else if (length > REF_NAME) {
            byte[] name = new byte[Math.min(found.getShort(data + REF_NAME_LENGTH) & 0xFFFF, length - REF_NAME)];
            found.get(data + REF_NAME, name);
            references.put(
                    found.getLong(at + HEADER_OBJECT),
                    new Reference(
                            found.getLong(at + HEADER_OFFSET),
                            found.getLong(data + REF_DIRECTORY),
                            new String(name, StandardCharsets.ISO_8859_1)));
        }
    }
}
