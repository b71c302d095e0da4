package org.guestmount.appliance.daemon;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.guestmount.core.fs.DirectoryEntry;
import org.guestmount.core.fs.FileDetails;
import org.guestmount.core.fs.GuestFilesystemException;

/** A directory being listed. Does not own its descriptor. */
final class DirectoryListing {
    /** How much getdents64(2) is asked for at once, in bytes: hundreds of entries. */
    private static final int BATCH_BYTES = 1 << 15;

    /** About what an entry takes encoded, without its name and link target. */
    private static final int ENTRY_BYTES = 112;

    private final int directory;

    /** Directory entries got and not yet listed. */
    private ByteBuffer batch = ByteBuffer.allocate(0);

    private boolean ended;

    DirectoryListing(int directory) {
        this.directory = directory;
    }

    /** Whether everything was listed. */
    synchronized boolean hasEnded() {
        return ended && !batch.hasRemaining();
    }

    /**
     * The entries that follow, none only at the end.
     *
     * @param maxBytes about how large they may become, encoded
     */
    synchronized List<DirectoryEntry> next(int maxBytes) throws GuestFilesystemException {
        List<DirectoryEntry> entries = new ArrayList<>();
        long bytes = 0;
        while (bytes < maxBytes && fill()) {
            String name = nextName();
            if (name.equals(".") || name.equals("..")) {
                continue;
            }
            FileDetails details = Details.ofEntry(directory, name);
            if (details != null) {
                entries.add(new DirectoryEntry(name, details));
                String target = details.linkTarget();
                bytes += ENTRY_BYTES + name.length() + (target == null ? 0 : target.length());
            }
        }
        return entries;
    }

    /** Makes sure that there is an entry in the batch; false if there are no more. */
    private boolean fill() throws GuestFilesystemException {
        if (!batch.hasRemaining() && !ended) {
            Scratch scratch = Scratch.ofThread();
            int length = (int) Syscalls.check(
                    Libc.syscall(Abi.SYS_GETDENTS64, directory, scratch.address(Scratch.DATA), BATCH_BYTES, 0, 0),
                    "list",
                    "directory");
            byte[] entries = new byte[length];
            scratch.memory().get(Scratch.DATA, entries);
            batch = ByteBuffer.wrap(entries).order(ByteOrder.nativeOrder());
            ended = length == 0;
        }
        return batch.hasRemaining();
    }

    /** Takes the next name out of the batch. */
    private String nextName() {
        int at = batch.position();
        int length = batch.getShort(at + Abi.DIRENT_LENGTH) & 0xFFFF;
        int end = at + Abi.DIRENT_NAME;
        while (batch.get(end) != 0) {
            end++;
        }
        String name = new String(
                batch.array(), at + Abi.DIRENT_NAME, end - at - Abi.DIRENT_NAME, StandardCharsets.ISO_8859_1);
        batch.position(at + length);
        return name;
    }
}
