package org.guestmount.appliance.inspect;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * How Windows' registry says which volume is meant: by the disk's identifier and the partition's start, or by the partition's
 * GUID.
 *
 * <p>Source: libguestfs's documentation of drive mappings in inspection; the wire form of GUIDs of RFC 4122 and Microsoft.
 */
final class MountedDevices {
    private static final int DOS_BYTES = 12;
    private static final String GUID_MARK = "DMIO:ID:";
    private static final int GUID_BYTES = 16;

    private MountedDevices() {}

    /**
     * The volume; null if there is none.
     *
     * @param near of several alike, the one of its drive is preferred
     */
    static @Nullable Volume find(byte[] identifier, Volumes volumes, Volume near) {
        Volume found = null;
        for (Volume volume : volumes.all()) {
            Volume.Partition partition = volume.partition();
            if (partition != null && isMeant(identifier, partition)) {
                if (volume.drive() == near.drive()) {
                    return volume;
                }
                found = found == null ? volume : found;
            }
        }
        return found;
    }

    private static boolean isMeant(byte[] identifier, Volume.Partition partition) {
        ByteBuffer bytes = ByteBuffer.wrap(identifier).order(ByteOrder.LITTLE_ENDIAN);
        if (identifier.length == DOS_BYTES) {
            return bytes.getLong(4) == partition.start()
                    && partition.uuid().startsWith(hexadecimal(bytes.getInt(0), 8) + "-");
        }
        return identifier.length >= GUID_MARK.length() + GUID_BYTES
                && new String(identifier, 0, GUID_MARK.length(), StandardCharsets.ISO_8859_1).equals(GUID_MARK)
                && guid(bytes.position(GUID_MARK.length()).slice().order(ByteOrder.LITTLE_ENDIAN))
                        .equals(partition.uuid());
    }

    /** The first three parts are numbers of the machine's byte order, the others bytes. */
    private static String guid(ByteBuffer bytes) {
        long rest = bytes.duplicate().order(ByteOrder.BIG_ENDIAN).getLong(8);
        return hexadecimal(bytes.getInt(0), 8)
                + "-" + hexadecimal(bytes.getShort(4) & 0xFFFF, 4)
                + "-" + hexadecimal(bytes.getShort(6) & 0xFFFF, 4)
                + "-" + hexadecimal((int) (rest >>> 48), 4)
                + "-" + hexadecimal((int) (rest >>> 32) & 0xFFFF, 4) + hexadecimal((int) rest, 8);
    }

    private static String hexadecimal(int value, int digits) {
        String text = "0000000" + Integer.toHexString(value);
        return text.substring(text.length() - digits);
    }
}
