package org.guestmount.appliance.daemon;

import java.nio.ByteBuffer;
import org.guestmount.core.fs.DirectoryChunk;
import org.guestmount.core.fs.FileHandle;
import org.jspecify.annotations.Nullable;

/**
 * A {@link DirectoryChunk} in the form that {@link org.guestmount.core.protocol.FilesystemCodecs#decodeChunk} reads, written
 * without any object for an entry: a listing is most of what walking a tree costs here.
 */
final class EncodedEntries {
    private final ByteBuffer out;
    private final int start;
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
     */
    void add(Scratch scratch, int name, int nameLength, int targetLength, boolean mayHaveXattrs) {
        ByteBuffer memory = scratch.memory();
        putBytes(memory, name, nameLength);
        Stat.encode(memory, out);
        if (targetLength < 0) {
            out.put((byte) 0);
        } else {
            out.put((byte) 1);
            putBytes(memory, Scratch.DATA, targetLength);
        }
        out.put((byte) (mayHaveXattrs ? 1 : 0));
        count++;
    }

    /** @param next {@link DirectoryChunk#next} */
    void end(@Nullable FileHandle next) {
        out.putInt(start, count);
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
