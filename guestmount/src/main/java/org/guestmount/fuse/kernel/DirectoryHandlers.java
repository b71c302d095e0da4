package org.guestmount.fuse.kernel;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.guestmount.core.fs.DirectoryEntry;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.InodeKey;
import org.guestmount.fuse.DirectoryListing;
import org.guestmount.fuse.GuestOperations;
import org.jspecify.annotations.Nullable;

/**
 * Open directories. A position in a listing is 0 for {@code .}, 1 for {@code ..} and two more than the entry's own
 * after these.
 */
// A lock is held by the try statement, not used in it.
@SuppressWarnings("try")
final class DirectoryHandlers {
    private static final int DOTS = 2;
    private static final int FDATASYNC = 1;
    private static final int DIRENT_BYTES = 24;
    private static final int ALIGNMENT = 8;

    private final Context context;
    private final GuestOperations operations;
    private final NodeTable nodes;
    private final Unopened unopened;
    private final ConcurrentHashMap<Long, DirectoryListing> listings = new ConcurrentHashMap<>();
    private final AtomicLong nextHandle = new AtomicLong(1);

    DirectoryHandlers(Context context, Unopened unopened) {
        this.context = context;
        this.operations = context.operations();
        this.nodes = context.nodes();
        this.unopened = unopened;
    }

    void register(Map<Opcode, Handler> handlers) {
        handlers.put(Opcode.OPENDIR, (in, out) -> {
            long handle = nextHandle.getAndIncrement();
            listings.put(handle, context.usingPath(in.node(), operations::opendir));
            out.open(handle, 0);
        });
        handlers.put(Opcode.READDIR, (in, out) -> read(in, out, false));
        handlers.put(Opcode.READDIRPLUS, (in, out) -> read(in, out, true));
        handlers.put(Opcode.RELEASEDIR, (in, out) -> {
            DirectoryListing listing = listings.remove(in.u64());
            if (listing != null) {
                operations.releasedir(listing);
            }
        });
        handlers.put(Opcode.FSYNCDIR, (in, out) -> {
            in.skip(8);
            boolean dataOnly = (in.u32() & FDATASYNC) != 0;
            context.usingPath(in.node(), path -> {
                operations.fsync(path, dataOnly);
                return path;
            });
        });
    }

    private void read(Request in, Reply out, boolean plus) throws GuestFilesystemException {
        long handle = in.u64();
        long position = in.u64();
        int end = out.position() + in.u32();
        if (handle == Unopened.NO_HANDLE) {
            unopened.usingListing(in.node(), position, listing -> read(in.node(), listing, position, out, end, plus));
            return;
        }
        DirectoryListing listing = listings.get(handle);
        if (listing == null) {
            throw GuestFilesystemException.of(Errno.EBADF, "readdir", in.node());
        }
        read(in.node(), listing, position, out, end, plus);
    }

    /** Returns the position of what is to follow: the same at the end. */
    private long read(long node, DirectoryListing listing, long position, Reply out, int end, boolean plus)
            throws GuestFilesystemException {
        Node directory = nodes.get(node);
        long next = position;
        try (NodeLocks.Held held = context.locks().use(directory)) {
            while (next < DOTS && putDot(out, end, directory, next, plus)) {
                next++;
            }
            DirectoryEntry entry = next < DOTS ? null : listing.entry(next - DOTS);
            while (entry != null && putEntry(out, end, directory, listing, entry, next, plus)) {
                next++;
                entry = listing.entry(next - DOTS);
            }
        }
        return next;
    }

    private boolean putDot(Reply out, int end, Node directory, long position, boolean plus) {
        String name = position == 0 ? "." : "..";
        if (!hasRoom(out, end, name, plus)) {
            return false;
        }
        if (plus) {
            out.zeros(AttributeView.ENTRY_BYTES);
        }
        Node node = position == 0 ? directory : nodes.parent(directory);
        // Only files may have none.
        InodeKey key = Objects.requireNonNull(node.key);
        putDirent(out, operations.inodeNumber(key), position + 1, name, FileType.DIRECTORY);
        return true;
    }

    private boolean putEntry(
            Reply out,
            int end,
            Node directory,
            DirectoryListing listing,
            DirectoryEntry entry,
            long position,
            boolean plus)
            throws GuestFilesystemException {
        String name = entry.name();
        if (!hasRoom(out, end, name, plus)) {
            return false;
        }
        FileAttributes attributes = entry.details().attributes();
        if (plus) {
            context.telling(nodes.child(directory, name));
            FileAttributes current = listing.isCurrent() ? attributes : currentOrNull(directory, name);
            if (current == null) {
                out.zeros(AttributeView.ENTRY_BYTES);
            } else {
                context.putEntry(out, nodes.enter(directory, name, current), current);
            }
        }
        putDirent(out, operations.inodeNumber(attributes.key()), position + 1, name, attributes.type());
        return true;
    }

    /**
     * The attributes as they are now; null where there are none: the name has gone since it was listed, or who looks it up is told
     * of an error. The kernel would take what a listing said before a change for news.
     */
    private @Nullable FileAttributes currentOrNull(Node directory, String name) {
        try {
            return operations.getattr(nodes.path(directory).resolve(name));
        } catch (GuestFilesystemException e) {
            return null;
        }
    }

    private static boolean hasRoom(Reply out, int end, String name, boolean plus) {
        return out.position() + (plus ? AttributeView.ENTRY_BYTES : 0) + align(DIRENT_BYTES + name.length()) <= end;
    }

    /** {@code struct fuse_dirent}. */
    private static void putDirent(Reply out, long inodeNumber, long next, String name, FileType type) {
        out.u64(inodeNumber).u64(next).u32(name.length()).u32(type.modeBits() >>> 12);
        out.bytes(name);
        out.zeros(align(DIRENT_BYTES + name.length()) - DIRENT_BYTES - name.length());
    }

    private static int align(int length) {
        return (length + ALIGNMENT - 1) & -ALIGNMENT;
    }
}
