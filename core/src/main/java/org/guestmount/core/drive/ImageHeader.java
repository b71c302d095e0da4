package org.guestmount.core.drive;

import java.io.IOException;

/**
 * What an image's header says.
 *
 * @param virtualSizeBytes the length of the disk; {@link #UNKNOWN_SIZE} for formats that only QEMU is asked about
 */
record ImageHeader(ImageReferences references, long virtualSizeBytes) {
    static final long UNKNOWN_SIZE = -1;

    /** @throws IOException saying what is wrong with the image, if something is */
    static ImageHeader read(DriveFormat format, ImageReader image) throws IOException {
        return switch (format) {
            case RAW -> new ImageHeader(ImageReferences.NONE, image.size());
            case QCOW2 -> ofQcow2(image);
            case QCOW -> ofQcow(image);
            case QED -> new ImageHeader(ImageReferences.ofQed(image), UNKNOWN_SIZE);
            case VMDK -> new ImageHeader(VmdkReferences.of(image), UNKNOWN_SIZE);
            case VDI, VHDX, VPC, PARALLELS, DMG, BOCHS, CLOOP -> new ImageHeader(ImageReferences.NONE, UNKNOWN_SIZE);
        };
    }

    private static ImageHeader ofQcow(ImageReader image) throws IOException {
        requireUnencrypted(image.u32(36));
        return new ImageHeader(ImageReferences.ofQcow(image), image.u64(24));
    }

    private static ImageHeader ofQcow2(ImageReader image) throws IOException {
        requireUnencrypted(image.u32(32));
        Qcow2Header header = Qcow2Header.read(image);
        if (Qcow2Truncation.isTruncated(image, header)) {
            throw new IOException("it is truncated: the file has only " + image.size()
                    + " bytes, and data of the disk lies beyond. Fetch or copy it again");
        }
        return new ImageHeader(header.references(), header.virtualSizeBytes());
    }

    private static void requireUnencrypted(int method) throws IOException {
        if (method != 0) {
            throw new IOException(
                    "it is encrypted by QEMU, not by the guest. Make a copy that is not, with qemu-img convert"
                            + " and its options --object secret and --image-opts");
        }
    }
}
