package org.guestmount.fuse;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.guestmount.core.fs.InodeKey;

/**
 * One number for each inode of all of the guest's filesystems, which the host sees as one: were numbers of two
 * filesystems to meet, tar, rsync and cp would take different files for hard links of one.
 *
 * <p>The first filesystem asked about, the one on {@code /}, keeps its numbers. Those of the others are mixed with an
 * index in the top 16 bits. Filesystems number inodes from below 2<sup>48</sup> in practice, so numbers stay distinct
 * for up to 65,536 filesystems and btrfs subvolumes. They last as long as the mount.
 */
public final class InodeNumbers {
    private static final int INDEX_SHIFT = 48;

    private final ConcurrentHashMap<Long, Long> maskOfDevice = new ConcurrentHashMap<>();
    private final AtomicLong nextIndex = new AtomicLong();

    /** The {@code st_ino} the host sees. */
    public long of(InodeKey inode) {
        Long mask = maskOfDevice.get(inode.device());
        if (mask == null) {
            mask = maskOfDevice.computeIfAbsent(inode.device(), device -> nextIndex.getAndIncrement() << INDEX_SHIFT);
        }
        return inode.inode() ^ mask;
    }
}
