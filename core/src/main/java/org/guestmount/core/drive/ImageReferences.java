package org.guestmount.core.drive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The other files an image's header leads to, by the names the header gives them.
 *
 * @param backing what holds the data this image does not have
 * @param backingFormat of the backing file; null if not recorded
 * @param data what holds all the data of an image that is only metadata
 * @param extents what holds parts of the data
 */
record ImageReferences(
        @Nullable String backing,
        @Nullable String backingFormat,
        @Nullable String data,
        List<String> extents) {
    static final ImageReferences NONE = new ImageReferences(null, null, null, List.of());

    /** The first file led to; null if there is none. */
    @Nullable
    String first() {
        if (backing != null) {
            return backing;
        }
        if (data != null) {
            return data;
        }
        return extents.isEmpty() ? null : extents.get(0);
    }

    /** Reads a {@code qcow} (version 1) header. Source: QEMU's block/qcow.c. */
    static ImageReferences ofQcow(ImageReader image) throws IOException {
        long offset = image.u64(8);
        int length = image.u32(16);
        return offset == 0 || length == 0
                ? NONE
                : new ImageReferences(image.text(offset, length), null, null, List.of());
    }

    /** Reads a {@code qed} header. Source: QEMU's docs/interop/qed_spec.txt. */
    static ImageReferences ofQed(ImageReader image) throws IOException {
        ByteBuffer header = image.read(0, 64, ByteOrder.LITTLE_ENDIAN);
        long features = header.getLong(16);
        boolean hasBacking = (features & 1) != 0;
        boolean backingIsRaw = (features & 4) != 0;
        if (!hasBacking) {
            return NONE;
        }
        String name = image.text(Integer.toUnsignedLong(header.getInt(56)), header.getInt(60));
        return new ImageReferences(name, backingIsRaw ? DriveFormat.RAW.driver() : null, null, List.of());
    }
}
