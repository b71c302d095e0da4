package org.guestmount.core.drive;

import org.guestmount.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * An image that was looked into: its format and every file it leads to are settled, so QEMU has nothing to find out.
 *
 * @param virtualSizeBytes the length of the disk, a multiple of 512
 * @param data the file that holds the data of a qcow2 image that is only metadata
 * @param backing what holds the data this image does not have
 */
public record DriveImage(
        ImageStorage storage,
        DriveFormat format,
        long virtualSizeBytes,
        @Nullable ImageFile data,
        @Nullable DriveImage backing) {

    /**
     * QEMU's description of the image, for a disk that may be written. QEMU locks it against other programs, and its
     * backing files against writers.
     */
    public JsonObject writableNode() {
        return node(false, false).put("discard", "unmap");
    }

    /**
     * QEMU's description of the image, for a disk that is only read. There are no locks: a running machine may be
     * writing to it.
     */
    public JsonObject sharedNode() {
        return node(true, true);
    }

    // Source: BlockdevOptions in QEMU's qapi/block-core.json.
    private JsonObject node(boolean readOnly, boolean shared) {
        JsonObject node = new JsonObject()
                .put("driver", format.driver())
                .put("read-only", readOnly)
                .put("file", storage.node(readOnly, shared));
        if (shared) {
            // Reaches the extents of a VMDK image too, which QEMU opens by itself.
            node.put("force-share", true);
        }
        if (data != null) {
            node.put("data-file", data.node(readOnly, shared));
        }
        if (canHaveBacking()) {
            node.put("backing", backing == null ? null : backing.node(true, shared));
        }
        return node;
    }

    /** Whether its data comes from a server. */
    public boolean isRemote() {
        return storage instanceof RemoteImage;
    }

    /** What QEMU must know as {@link RemoteImage#SECRET_ID} while it opens the image; null if nothing. */
    public @Nullable Secret secret() {
        return storage instanceof RemoteImage remote ? remote.secret() : null;
    }

    private boolean canHaveBacking() {
        return switch (format) {
            case QCOW2, QCOW, QED, VMDK -> true;
            case RAW, VDI, VHDX, VPC, PARALLELS, DMG, BOCHS, CLOOP -> false;
        };
    }
}
