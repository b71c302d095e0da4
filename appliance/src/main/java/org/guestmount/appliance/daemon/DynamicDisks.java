package org.guestmount.appliance.daemon;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.guestmount.core.fs.GuestFilesystemException;

/**
 * Recognises Windows' dynamic disks by their partition table, for libblkid does not know them.
 *
 * <p>Source: the Linux-NTFS project's LDM documentation; the GPT partition types are Microsoft's {@code PARTITION_LDM_METADATA_GUID}.
 */
final class DynamicDisks {
    private static final int MBR_TABLE = 446;
    private static final int MBR_ENTRY = 16;
    private static final int MBR_TYPE = 4;
    private static final int LDM = 0x42;
    private static final int GPT_PROTECTIVE = 0xEE;
    private static final int SIGNATURE = 510;

    private static final int GPT_ENTRY = 128;
    private static final int GPT_ENTRIES = 128;

    /** 5808C8AA-7E8F-42E0-85D2-E1E90434CFB3, whose first three parts are little-endian on the disk. */
    private static final long METADATA_LOW = 0x42E07E8F5808C8AAL;

    private static final long METADATA_HIGH = 0xB3CF3404E9E1D285L;

    private DynamicDisks() {}

    /** Whether a drive is a dynamic disk. */
    static boolean isOne(String node, int blockBytes) throws GuestFilesystemException {
        int length = 2 * blockBytes + GPT_ENTRY * GPT_ENTRIES;
        ByteBuffer table = ByteBuffer.wrap(SystemFiles.readAt(node, 0, length)).order(ByteOrder.LITTLE_ENDIAN);
        return isOne(table, blockBytes);
    }

    /** @param start the disk's, up to the end of a GPT as it usually is */
    static boolean isOne(ByteBuffer start, int blockBytes) {
        if (start.limit() < SIGNATURE + 2 || start.getShort(SIGNATURE) != (short) 0xAA55) {
            return false;
        }
        for (int entry = MBR_TABLE; entry < SIGNATURE; entry += MBR_ENTRY) {
            int type = start.get(entry + MBR_TYPE) & 0xFF;
            if (type == LDM || (type == GPT_PROTECTIVE && hasMetadata(start, 2 * blockBytes))) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasMetadata(ByteBuffer start, int entries) {
        for (int entry = entries; entry + GPT_ENTRY <= start.limit(); entry += GPT_ENTRY) {
            if (start.getLong(entry) == METADATA_LOW && start.getLong(entry + Long.BYTES) == METADATA_HIGH) {
                return true;
            }
        }
        return false;
    }
}
