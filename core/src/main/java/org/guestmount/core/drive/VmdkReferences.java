package org.guestmount.core.drive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the files a VMDK image leads to. Its descriptor, a text, is either the whole file or embedded in a sparse extent.
 * Source: VMware's "Virtual Disk Format 5.0".
 */
final class VmdkReferences {
    static final String SPARSE_MAGIC = "KDMV";
    static final String ESX_SPARSE_MAGIC = "COWD";
    static final String DESCRIPTOR_START = "# Disk DescriptorFile";

    private static final int FLAGS_OFFSET = 8;
    private static final int FLAG_COMPRESSED = 1 << 16;
    private static final int SECTOR_BYTES = 512;
    private static final int MAX_DESCRIPTOR_BYTES = 1 << 20;
    private static final Pattern EXTENT =
            Pattern.compile("^(?:RW|RDONLY|NOACCESS)\\s+\\d+\\s+(\\w+)\\s+\"([^\"]*)\"", Pattern.MULTILINE);
    private static final Pattern PARENT =
            Pattern.compile("^\\s*parentFileNameHint\\s*=\\s*\"([^\"]*)\"", Pattern.MULTILINE);
    private static final Pattern NO_PARENT =
            Pattern.compile("^\\s*parentCID\\s*=\\s*ffffffff\\b", Pattern.MULTILINE | Pattern.CASE_INSENSITIVE);

    private VmdkReferences() {}

    static ImageReferences of(ImageReader image) throws IOException {
        if (image.has(0, ESX_SPARSE_MAGIC)) {
            return ImageReferences.NONE;
        }
        if (!image.has(0, SPARSE_MAGIC)) {
            return inDescriptor(image.text(0, Math.min(image.size(), MAX_DESCRIPTOR_BYTES)), true);
        }
        ByteBuffer header = image.read(0, SECTOR_BYTES, ByteOrder.LITTLE_ENDIAN);
        long capacity = header.getLong(12);
        long offset = header.getLong(28) * SECTOR_BYTES;
        long length = Math.min(header.getLong(36), MAX_DESCRIPTOR_BYTES / SECTOR_BYTES) * SECTOR_BYTES;
        // With a capacity of its own, the extent the embedded descriptor lists is this very file.
        return offset == 0 ? ImageReferences.NONE : inDescriptor(image.text(offset, length), capacity == 0);
    }

    /** Whether its data is compressed, as in an OVA file ("stream-optimized"): QEMU can only read that. */
    static boolean isCompressed(ImageReader image) throws IOException {
        return image.has(0, SPARSE_MAGIC)
                && (image.read(FLAGS_OFFSET, 4, ByteOrder.LITTLE_ENDIAN).getInt() & FLAG_COMPRESSED) != 0;
    }

    private static ImageReferences inDescriptor(String descriptor, boolean followsExtents) {
        List<String> extents = new ArrayList<>();
        Matcher extent = EXTENT.matcher(descriptor);
        while (followsExtents && extent.find()) {
            if (!extent.group(1).equals("ZERO")) {
                extents.add(extent.group(2));
            }
        }
        String parent = parent(descriptor);
        return new ImageReferences(parent, parent == null ? null : DriveFormat.VMDK.driver(), null, extents);
    }

    private static @Nullable String parent(String descriptor) {
        Matcher parent = PARENT.matcher(descriptor);
        return parent.find() && !NO_PARENT.matcher(descriptor).find() ? parent.group(1) : null;
    }
}
