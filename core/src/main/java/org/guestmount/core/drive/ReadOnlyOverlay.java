package org.guestmount.core.drive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.guestmount.core.json.JsonObject;

/**
 * A temporary qcow2 image that takes what the guest writes to a disk that must not change, for example when it replays a
 * journal.
 *
 * <p>Owns the file. It records no backing file; QEMU is told what lies below.
 */
public final class ReadOnlyOverlay implements AutoCloseable {
    /** QEMU's choice. */
    private static final int CLUSTER_BITS = 16;

    /** What is fetched from a server at once: of a slow one, waiting for an answer takes longer than the answer. */
    private static final int REMOTE_CLUSTER_BITS = 18;

    private static final int HEADER_BYTES = 104;
    private static final int MAGIC = 0x514649FB;
    private static final int REFCOUNT_ORDER = 4;

    /** Where the tables begin, in clusters. */
    private static final int REFCOUNT_TABLE = 1;

    private static final int REFCOUNT_BLOCK = 2;
    private static final int L1_TABLE = 3;

    private final Path file;
    private final DriveImage image;
    private final int clusterBits;

    private ReadOnlyOverlay(Path file, DriveImage image) {
        this.file = file;
        this.image = image;
        clusterBits = image.isRemote() ? REMOTE_CLUSTER_BITS : CLUSTER_BITS;
    }

    /**
     * Makes an empty overlay.
     *
     * @param file to be created, must not exist
     */
    public static ReadOnlyOverlay create(Path file, DriveImage image) throws IOException {
        ReadOnlyOverlay overlay = new ReadOnlyOverlay(file, image);
        try (FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            overlay.writeEmpty(channel);
        } catch (IOException e) {
            Files.deleteIfExists(file);
            throw e;
        }
        return overlay;
    }

    // Source: QEMU's docs/interop/qcow2.txt, version 3. Writing it takes a fraction of starting qemu-img.
    private void writeEmpty(FileChannel channel) throws IOException {
        int clusterBytes = 1 << clusterBits;
        int l1EntryCoversBits = clusterBits + (clusterBits - 3);
        long l1Entries = (image.virtualSizeBytes() + (1L << l1EntryCoversBits) - 1) >>> l1EntryCoversBits;
        int l1Clusters = (int) ((l1Entries * 8 + clusterBytes - 1) >>> clusterBits);
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES)
                .putInt(0, MAGIC)
                .putInt(4, 3)
                .putInt(20, clusterBits)
                .putLong(24, image.virtualSizeBytes())
                .putInt(36, (int) l1Entries)
                .putLong(40, (long) L1_TABLE << clusterBits)
                .putLong(48, (long) REFCOUNT_TABLE << clusterBits)
                .putInt(56, 1)
                .putInt(96, REFCOUNT_ORDER)
                .putInt(100, HEADER_BYTES);
        ByteBuffer refcountTable = ByteBuffer.allocate(8).putLong(0, (long) REFCOUNT_BLOCK << clusterBits);
        int clusters = L1_TABLE + l1Clusters;
        ByteBuffer refcounts = ByteBuffer.allocate(clusters * 2);
        while (refcounts.hasRemaining()) {
            refcounts.putShort((short) 1);
        }
        writeAt(channel, header, 0);
        writeAt(channel, refcountTable, (long) REFCOUNT_TABLE << clusterBits);
        writeAt(channel, refcounts.flip(), (long) REFCOUNT_BLOCK << clusterBits);
        writeAt(channel, ByteBuffer.allocate(1), ((long) clusters << clusterBits) - 1);
    }

    private static void writeAt(FileChannel channel, ByteBuffer bytes, long offset) throws IOException {
        long position = offset;
        while (bytes.hasRemaining()) {
            position += channel.write(bytes, position);
        }
    }

    public Path file() {
        return file;
    }

    /** QEMU's description of the disk. Nothing is flushed to the host's disk, for nothing of it is kept. */
    public JsonObject node() {
        JsonObject overlay = new JsonObject()
                .put("driver", "qcow2")
                .put(
                        "file",
                        new JsonObject()
                                .put("driver", "file")
                                .put("filename", file.toString())
                                .put("discard", "unmap")
                                .put("cache", unsafe()))
                .put("discard", "unmap")
                .put("cache", unsafe())
                .put("backing", image.sharedNode());
        // What came over the network once is kept.
        return image.isRemote() ? new JsonObject().put("driver", "copy-on-read").put("file", overlay) : overlay;
    }

    private static JsonObject unsafe() {
        return new JsonObject().put("direct", false).put("no-flush", true);
    }

    /** Deletes the file; a QEMU that has it open goes on using it. */
    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file);
    }
}
