package org.guestmount.appliance.daemon;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.guestmount.core.fs.DirectoryChunk;
import org.guestmount.core.fs.DirectoryEntry;
import org.guestmount.core.fs.FileExtent;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.protocol.FilesystemCodecs;
import org.guestmount.core.protocol.WireWriter;
import org.jspecify.annotations.Nullable;

/**
 * Entries of a directory, and a {@link DirectoryChunk} of them, in the form that {@link FilesystemCodecs} reads, written
 * without any object for an entry: a listing is most of what walking a tree costs here.
 */
final class EncodedEntries {
    private final ByteBuffer out;
    private final int start;
    private final List<String> directories = new ArrayList<>(0);
    private int count;

    /** @param out where it is to be written, from its position on; with room for an entry more than is asked for */
    EncodedEntries(ByteBuffer out) {
        this.out = out;
        this.start = out.position();
        out.putInt(0);
    }

    /** How large the entries are so far. */
    int bytes() {
        return out.position() - start - Integer.BYTES;
    }

    /**
     * Adds the entry whose attributes are in the scratch memory.
     *
     * @param name where its name is in the scratch memory, so many bytes long
     * @param targetLength of the link's target in {@link Scratch#DATA}; negative if it is no link
     * @param mayHaveXattrs {@link org.guestmount.core.fs.FileDetails#mayHaveXattrs}
     * @param contents {@link org.guestmount.core.fs.FileDetails#contents}
     */
    void add(
            Scratch scratch,
            int name,
            int nameLength,
            int targetLength,
            boolean mayHaveXattrs,
            @Nullable FileExtent contents) {
        ByteBuffer memory = scratch.memory();
        putBytes(memory, name, nameLength);
        if (Stat.type(scratch) == FileType.DIRECTORY) {
            directories.add(scratch.getString(name, nameLength));
        }
        Stat.encode(memory, out);
        if (targetLength < 0) {
            out.put((byte) 0);
        } else {
            out.put((byte) 1);
            putBytes(memory, Scratch.DATA, targetLength);
        }
        out.put((byte) (mayHaveXattrs ? 1 : 0));
        if (contents == null) {
            out.put((byte) 0);
        } else {
            out.put((byte) 1)
                    .putLong(contents.offset())
                    .putLong(contents.length())
                    .put((byte) contents.place().code())
                    .putInt(contents.drive())
                    .putLong(contents.driveOffset());
        }
        count++;
    }

    /** Adds an entry of those that are rare enough to be objects. */
    void add(DirectoryEntry entry) {
        if (entry.details().attributes().isDirectory()) {
            directories.add(entry.name());
        }
        WireWriter encoded = new WireWriter();
        FilesystemCodecs.encodeEntry(entry, encoded);
        out.put(encoded.toByteBuffer());
        count++;
    }

    /** The names of those that are directories. */
    List<String> directories() {
        return directories;
    }

    /** Ends the list of entries. */
    void end() {
        out.putInt(start, count);
    }

    /**
     * Ends the chunk.
     *
     * @param next {@link DirectoryChunk#next}
     */
    void end(@Nullable FileHandle next) {
        end();
        if (next == null) {
            out.put((byte) 0);
        } else {
            out.put((byte) 1).putLong(next.id());
        }
    }

    private void putBytes(ByteBuffer from, int position, int length) {
        out.putInt(length);
        int to = out.position();
        out.put(to, from, position, length).position(to + length);
    }
}
