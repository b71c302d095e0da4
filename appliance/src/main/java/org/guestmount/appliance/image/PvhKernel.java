package org.guestmount.appliance.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * An uncompressed x86-64 kernel in ELF form, as QEMU starts by the PVH protocol.
 *
 * @see <a href="https://xenbits.xen.org/docs/unstable/misc/pvh.html">x86/HVM direct boot ABI</a>
 */
final class PvhKernel {
    private static final int ELF_MAGIC = 0x464C457F;
    private static final int CLASS_64 = 2;
    private static final int HEADERS_AT = 0x20;
    private static final int HEADER_SIZE = 0x36;
    private static final int HEADER_COUNT = 0x38;
    private static final int SECTIONS_AT = 0x28;
    private static final int SECTION_COUNT = 0x3C;
    private static final int LOAD = 1;
    private static final int NOTE = 4;
    private static final int SEGMENT_OFFSET = 8;
    private static final int SEGMENT_FILE_SIZE = 0x20;
    private static final int PHYS32_ENTRY = 18;

    private PvhKernel() {}

    /** True if this is such a kernel: it has a note that names its 32-bit physical entry. */
    static boolean canStart(byte[] kernel) {
        ByteBuffer elf = ByteBuffer.wrap(kernel).order(ByteOrder.LITTLE_ENDIAN);
        if (kernel.length < 64 || elf.getInt(0) != ELF_MAGIC || elf.get(4) != CLASS_64) {
            return false;
        }
        for (int at : segments(elf)) {
            if (elf.getInt(at) == NOTE && hasEntryNote(elf, at)) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasEntryNote(ByteBuffer elf, int segment) {
        int at = (int) elf.getLong(segment + SEGMENT_OFFSET);
        int end = at + (int) elf.getLong(segment + SEGMENT_FILE_SIZE);
        while (at + 12 <= end) {
            int nameSize = elf.getInt(at);
            int valueSize = elf.getInt(at + 4);
            boolean xen = nameSize == 4 && elf.getInt(at + 12) == 0x006E6558; // "Xen"
            if (xen && elf.getInt(at + 8) == PHYS32_ENTRY) {
                return true;
            }
            at += 12 + padded(nameSize) + padded(valueSize);
        }
        return false;
    }

    private static int padded(int size) {
        return (size + 3) & ~3;
    }

    /**
     * Takes the zeros at the end of the last segment, and the sections after it, off the kernel: the loader clears memory beyond a
     * segment's file size anyway. A Debian kernel loses a third.
     *
     * @param kernel its headers are changed in place
     * @return how many of its bytes are left
     */
    static int trim(byte[] kernel) {
        ByteBuffer elf = ByteBuffer.wrap(kernel).order(ByteOrder.LITTLE_ENDIAN);
        int last = 0;
        for (int at : segments(elf)) {
            if (elf.getInt(at) == LOAD
                    && (last == 0 || elf.getLong(at + SEGMENT_OFFSET) > elf.getLong(last + SEGMENT_OFFSET))) {
                last = at;
            }
        }
        int start = (int) elf.getLong(last + SEGMENT_OFFSET);
        int end = start + (int) elf.getLong(last + SEGMENT_FILE_SIZE);
        while (end > start + 1 && kernel[end - 1] == 0) {
            end--;
        }
        elf.putLong(last + SEGMENT_FILE_SIZE, end - start);
        elf.putLong(SECTIONS_AT, 0).putShort(SECTION_COUNT, (short) 0).putShort(SECTION_COUNT + 2, (short) 0);
        return end;
    }

    private static int[] segments(ByteBuffer elf) {
        int[] at = new int[Short.toUnsignedInt(elf.getShort(HEADER_COUNT))];
        for (int i = 0; i < at.length; i++) {
            at[i] = (int) elf.getLong(HEADERS_AT) + i * Short.toUnsignedInt(elf.getShort(HEADER_SIZE));
        }
        return at;
    }
}
