package org.guestmount.core.drive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.guestmount.core.drive.JoinedFiles.Part;

/**
 * An internal snapshot of a qcow2 image: another L1 table in the same file. Source: QEMU's docs/interop/qcow2.txt.
 *
 * <p>QEMU opens the latest state only. So it is shown a file that is this one but for its header, which names the snapshot's
 * table instead.
 *
 * @param id a number, as text
 * @param l1Offset in bytes
 * @param l1Entries of 8 bytes
 * @param virtualSizeBytes of the disk at that time
 */
record Qcow2Snapshot(String id, String name, long l1Offset, int l1Entries, long virtualSizeBytes) {
    private static final int MAX_SNAPSHOTS = 65536;
    private static final int MAX_NAMED = 20;
    private static final int ENTRY_BYTES = 40;
    private static final int MAX_EXTRA_BYTES = 1024;

    /** The one of that name, or else id. */
    static Qcow2Snapshot find(ImageReader image, String wanted) throws IOException {
        List<Qcow2Snapshot> all = read(image);
        return all.stream()
                .filter(s -> s.name.equals(wanted))
                .findFirst()
                .or(() -> all.stream().filter(s -> s.id.equals(wanted)).findFirst())
                .orElseThrow(() -> new IOException("it has no snapshot '" + wanted + "'; "
                        + (all.isEmpty()
                                ? "it has none at all"
                                : "there are "
                                        + String.join(
                                                ", ",
                                                all.stream()
                                                        .limit(MAX_NAMED)
                                                        .map(s -> "'" + s.name + "'")
                                                        .toList()))));
    }

    private static List<Qcow2Snapshot> read(ImageReader image) throws IOException {
        ByteBuffer header = image.read(0, 104, ByteOrder.BIG_ENDIAN);
        int count = header.getInt(60);
        long position = header.getLong(64);
        if (count < 0 || count > MAX_SNAPSHOTS) {
            throw new IOException("the number of snapshots in its header is out of range");
        }
        List<Qcow2Snapshot> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ByteBuffer entry = image.read(position, ENTRY_BYTES, ByteOrder.BIG_ENDIAN);
            int idBytes = Short.toUnsignedInt(entry.getShort(12));
            int nameBytes = Short.toUnsignedInt(entry.getShort(14));
            int extraBytes = entry.getInt(36);
            if (extraBytes < 0 || extraBytes > MAX_EXTRA_BYTES) {
                throw new IOException("its table of snapshots is damaged");
            }
            long extra = position + ENTRY_BYTES;
            long size = extraBytes >= 16 ? image.u64(extra + 8) : header.getLong(24);
            all.add(new Qcow2Snapshot(
                    image.text(extra + extraBytes, idBytes),
                    image.text(extra + extraBytes + idBytes, nameBytes),
                    entry.getLong(0),
                    entry.getInt(8),
                    size));
            position = (extra + extraBytes + idBytes + nameBytes + 7) & ~7L;
        }
        return all;
    }

    /** The file as it would be if this were the latest state. */
    JoinedFiles storage(Path file, ImageReader image, Qcow2Header header, ScratchFolder scratch) throws IOException {
        int firstCluster = header.clusterBytes();
        ByteBuffer patched = ByteBuffer.wrap(new byte[firstCluster])
                .put(image.read(0, firstCluster, ByteOrder.BIG_ENDIAN))
                .putLong(24, virtualSizeBytes)
                .putInt(36, l1Entries)
                .putLong(40, l1Offset)
                // No snapshots.
                .putInt(60, 0)
                .putLong(64, 0);
        Path head = Files.createTempFile(scratch.path(), "snapshot-", "");
        Files.write(head, patched.array());
        Part rest = new Part(file, firstCluster, image.size() - firstCluster);
        return JoinedFiles.create(file, List.of(new Part(head, 0, firstCluster), rest), scratch);
    }
}
