package org.guestmount.core.drive;

import java.io.IOException;
import java.nio.ByteOrder;

/**
 * Tells the format of an image by its first bytes, as QEMU does; of a few formats by their last ones, if the file's name
 * says so too.
 *
 * <p>What comes out must be mistrusted: whoever can write to a raw disk can make it look like another format.
 */
final class FormatDetector {
    private static final String QCOW_MAGIC = "QFI";
    private static final byte QCOW_MAGIC_END = (byte) 0xFB;
    private static final int VDI_SIGNATURE = 0xBEDA107F;
    private static final int VDI_SIGNATURE_OFFSET = 0x40;
    private static final int SECTOR_BYTES = 512;

    private FormatDetector() {}

    /** The format; {@link DriveFormat#RAW} of what looks like no other. */
    static DriveFormat detect(ImageReader image, String fileName) throws IOException {
        if (image.has(0, QCOW_MAGIC) && image.read(3, 1, ByteOrder.BIG_ENDIAN).get() == QCOW_MAGIC_END) {
            int version = image.u32(4);
            return version == 1 ? DriveFormat.QCOW : version <= 3 ? DriveFormat.QCOW2 : DriveFormat.RAW;
        }
        if (image.has(0, "QED")) {
            return DriveFormat.QED;
        }
        if (image.has(0, VmdkReferences.SPARSE_MAGIC)
                || image.has(0, VmdkReferences.ESX_SPARSE_MAGIC)
                || image.has(0, VmdkReferences.DESCRIPTOR_START)) {
            return DriveFormat.VMDK;
        }
        if (image.has(0, "vhdxfile")) {
            return DriveFormat.VHDX;
        }
        if (image.has(0, "conectix")) {
            return DriveFormat.VPC;
        }
        if (image.has(0, "WithoutFreeSpace") || image.has(0, "WithouFreSpacExt")) {
            return DriveFormat.PARALLELS;
        }
        if (image.has(0, "Bochs Virtual HD Image")) {
            return DriveFormat.BOCHS;
        }
        if (image.has(0, "#!/bin/sh\n#V2.0 Format\n")) {
            return DriveFormat.CLOOP;
        }
        if (image.read(VDI_SIGNATURE_OFFSET, 4, ByteOrder.LITTLE_ENDIAN).getInt() == VDI_SIGNATURE) {
            return DriveFormat.VDI;
        }
        return byFooter(image, fileName);
    }

    private static DriveFormat byFooter(ImageReader image, String fileName) throws IOException {
        long footer = image.size() - SECTOR_BYTES;
        if (footer >= 0 && DriveFormat.VPC.isNamedBy(fileName) && image.has(footer, "conectix")) {
            return DriveFormat.VPC;
        }
        if (footer >= 0 && DriveFormat.DMG.isNamedBy(fileName) && image.has(footer, "koly")) {
            return DriveFormat.DMG;
        }
        return DriveFormat.RAW;
    }
}
