package org.guestmount.appliance.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An x86 kernel image in the bzImage format.
 *
 * @see <a href="https://docs.kernel.org/arch/x86/boot.html">The Linux/x86 boot protocol</a>
 */
final class KernelImage {
    private static final int SETUP_SECTORS = 0x1F1;
    private static final int MAGIC_AT = 0x202;
    private static final int MAGIC = 0x53726448; // "HdrS"
    private static final int KERNEL_VERSION = 0x20E;
    private static final int PAYLOAD_OFFSET = 0x248;
    private static final int PAYLOAD_LENGTH = 0x24C;
    private static final int HEADER_SIZE = 0x250;
    private static final int SECTOR = 512;

    private final Path file;
    private final ByteBuffer header;

    private KernelImage(Path file, ByteBuffer header) {
        this.file = file;
        this.header = header;
    }

    /** Reads the image's header; fails with a message for people if it is not a bzImage or cannot be read. */
    static KernelImage open(Path file) throws IOException {
        ByteBuffer header = read(file, 0, HEADER_SIZE);
        if (header.remaining() < HEADER_SIZE || header.getInt(MAGIC_AT) != MAGIC) {
            throw new IOException(file + " is not a Linux kernel image (bzImage)");
        }
        return new KernelImage(file, header);
    }

    /** The release as {@code uname -r} will say, from the version text the image carries. */
    String release() throws IOException {
        int at = Short.toUnsignedInt(header.getShort(KERNEL_VERSION));
        String text =
                StandardCharsets.ISO_8859_1.decode(read(file, SECTOR + at, 256)).toString();
        int end = text.indexOf(' ');
        if (at == 0 || end <= 0) {
            throw new IOException(file + " does not say its release");
        }
        return text.substring(0, end);
    }

    /**
     * Unpacks the kernel proper: an ELF file that QEMU can start directly (PVH), which spares the guest unpacking it.
     *
     * @return false if its compression is not one of those known or the kernel has no PVH entry; nothing is written then
     */
    boolean unpack(Path target) throws IOException {
        long start = (long) (Byte.toUnsignedInt(header.get(SETUP_SECTORS)) + 1) * SECTOR
                + Integer.toUnsignedLong(header.getInt(PAYLOAD_OFFSET));
        ByteBuffer payload = read(file, start, header.getInt(PAYLOAD_LENGTH));
        byte[] packed = new byte[payload.remaining()];
        payload.get(packed);
        try (InputStream in = Compression.decompressor(packed)) {
            if (in == null) {
                return false;
            }
            byte[] kernel = in.readAllBytes();
            if (!PvhKernel.canStart(kernel)) {
                return false;
            }
            int length = PvhKernel.trim(kernel);
            try (OutputStream out = Files.newOutputStream(target)) {
                out.write(kernel, 0, length);
            }
            return true;
        }
    }

    private static ByteBuffer read(Path file, long position, int length) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer buffer = ByteBuffer.allocate((int) Math.max(0, Math.min(length, channel.size() - position)))
                    .order(ByteOrder.LITTLE_ENDIAN);
            while (buffer.hasRemaining() && channel.read(buffer, position + buffer.position()) >= 0) {}
            return buffer.flip();
        }
    }
}
