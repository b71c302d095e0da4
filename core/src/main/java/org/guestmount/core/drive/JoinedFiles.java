package org.guestmount.core.drive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.guestmount.core.json.JsonObject;

/**
 * Parts of files, one after the other, as if they were one file.
 *
 * <p>QEMU has no driver for that, but one for VMDK: a descriptor may list flat extents that start anywhere in a file. So one is
 * written. Names in it cannot be quoted; the files get names beside it, as links.
 */
public final class JoinedFiles implements ImageStorage {
    private static final int SECTOR_BYTES = 512;

    // Source: VMware's "Virtual Disk Format 5.0". QEMU would take an empty line for another extent.
    private static final String DESCRIPTOR_HEAD = """
            # Disk DescriptorFile
            version=1
            CID=12345678
            parentCID=ffffffff
            createType="twoGbMaxExtentFlat"
            """;

    /**
     * A part.
     *
     * @param offset in the file, in bytes; a multiple of 512
     * @param bytes its length; a multiple of 512, but for the last
     */
    record Part(Path file, long offset, long bytes) {}

    private final Path first;
    private final List<Part> parts;
    private final Path descriptor;

    private JoinedFiles(Path first, List<Part> parts, Path descriptor) {
        this.first = first;
        this.parts = List.copyOf(parts);
        this.descriptor = descriptor;
    }

    /**
     * Joins parts.
     *
     * @param named the file that a message names
     */
    static JoinedFiles create(Path named, List<Part> parts, ScratchFolder scratch) throws IOException {
        Path descriptor = Files.createTempFile(scratch.path(), "joined-", "");
        StringBuilder text = new StringBuilder(DESCRIPTOR_HEAD);
        for (Part part : parts) {
            String name = descriptor.getFileName() + "." + part.offset() + "-" + text.length();
            Files.createSymbolicLink(
                    descriptor.resolveSibling(name), part.file().toAbsolutePath());
            text.append("RW ")
                    .append((part.bytes() + SECTOR_BYTES - 1) / SECTOR_BYTES)
                    .append(" FLAT \"")
                    .append(name)
                    .append("\" ")
                    .append(part.offset() / SECTOR_BYTES)
                    .append('\n');
        }
        Files.writeString(descriptor, text);
        return new JoinedFiles(named, parts, descriptor);
    }

    ImageBytes bytes() throws IOException {
        List<ImageBytes> files = new ArrayList<>();
        for (Part part : parts) {
            files.add(new FileBytes(part.file()));
        }
        return new Bytes(parts, files);
    }

    @Override
    public String fileName() {
        String name = first.toString();
        // disk.qcow2.001 is in two respects what its name says.
        return SplitImage.isFirst(first) ? name.substring(0, name.lastIndexOf('.')) : name;
    }

    @Override
    public JsonObject node(boolean readOnly, boolean shared) {
        JsonObject node = new JsonObject()
                .put("driver", "vmdk")
                .put("read-only", readOnly)
                .put("file", new ImageFile(descriptor, false).node(readOnly, shared));
        if (shared) {
            // Reaches the extents too, which QEMU opens by itself.
            node.put("force-share", true);
        }
        return node;
    }

    @Override
    public String toString() {
        return first.toString();
    }

    private record Bytes(List<Part> parts, List<ImageBytes> files) implements ImageBytes {
        @Override
        public long size() {
            return parts.stream().mapToLong(Part::bytes).sum();
        }

        @Override
        public int read(ByteBuffer destination, long offset) throws IOException {
            long start = 0;
            for (int i = 0; i < parts.size(); i++) {
                Part part = parts.get(i);
                if (offset < start + part.bytes()) {
                    int limit = destination.limit();
                    long left = start + part.bytes() - offset;
                    destination.limit((int) Math.min(limit, destination.position() + left));
                    int count = files.get(i).read(destination, part.offset() + offset - start);
                    destination.limit(limit);
                    return count;
                }
                start += part.bytes();
            }
            return -1;
        }

        @Override
        public void close() throws IOException {
            for (ImageBytes file : files) {
                file.close();
            }
        }
    }
}
