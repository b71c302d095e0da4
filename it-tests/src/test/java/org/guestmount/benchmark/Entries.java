package org.guestmount.benchmark;

import java.util.List;
import java.util.stream.IntStream;
import org.guestmount.core.fs.DirectoryEntry;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileDetails;
import org.guestmount.core.fs.Timestamp;

/** Directory entries as microbenchmarks use them. */
public final class Entries {
    private static final int REGULAR_FILE = 0100644;
    private static final int BLOCK_BYTES = 4096;

    private Entries() {}

    public static FileAttributes attributes(int inode) {
        Timestamp time = new Timestamp(1_700_000_000L + inode, 123_456_789);
        return new FileAttributes(2049, inode, REGULAR_FILE, 1, 1000, 1000, 0, inode, 8, BLOCK_BYTES, time, time, time);
    }

    public static List<DirectoryEntry> list(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new DirectoryEntry("entry-" + i, new FileDetails(attributes(i + 100), null, false)))
                .toList();
    }
}
