package org.guestmount.appliance.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.zip.GZIPOutputStream;

/** Makes kernel images with the headers of real ones and next to nothing behind them. */
final class FakeKernel {
    private static final int SETUP_SECTORS = 3;
    private static final int VERSION_AT = 0x300;

    private FakeKernel() {}

    /** A bzImage of this release with this payload, gzipped. */
    static Path write(Path file, String release, byte[] payload) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(payload);
        }
        ByteBuffer image = ByteBuffer.allocate((SETUP_SECTORS + 1) * 512 + 64 + packed.size())
                .order(ByteOrder.LITTLE_ENDIAN);
        image.put(0x1F1, (byte) SETUP_SECTORS).putInt(0x202, 0x53726448);
        image.putShort(0x20E, (short) (VERSION_AT - 0x200));
        image.putInt(0x248, 64).putInt(0x24C, packed.size());
        image.position(VERSION_AT).put((release + " (builder@host) #1 SMP\0").getBytes(StandardCharsets.ISO_8859_1));
        image.position((SETUP_SECTORS + 1) * 512 + 64).put(packed.toByteArray());
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        return Files.write(file, image.array());
    }

    /** The modules an appliance cannot do without, of this release. */
    static void writeModules(Path folder) throws IOException {
        Files.createDirectories(folder.resolve("kernel"));
        StringBuilder dependencies = new StringBuilder();
        for (String name : GuestModules.ESSENTIAL) {
            Files.writeString(folder.resolve("kernel").resolve(name + ".ko"), name);
            dependencies.append("kernel/").append(name).append(".ko:\n");
        }
        Files.writeString(folder.resolve("modules.dep"), dependencies);
    }

    /** An ELF kernel with a PVH note, or with another one, whose one segment ends in that many zeros. */
    static byte[] vmlinux(boolean pvh, int trailingZeros) {
        int content = 64 + 2 * 56 + 24;
        ByteBuffer elf = ByteBuffer.allocate(content + 8 + trailingZeros + 100).order(ByteOrder.LITTLE_ENDIAN);
        elf.putInt(0x464C457F).put((byte) 2).put((byte) 1);
        elf.putLong(0x20, 64).putLong(0x28, content + 8 + trailingZeros);
        elf.putShort(0x36, (short) 56).putShort(0x38, (short) 2).putShort(0x3C, (short) 1);
        elf.putInt(64, 1).putLong(64 + 8, 0).putLong(64 + 0x20, content + 8 + trailingZeros);
        elf.putInt(120, 4).putLong(120 + 8, 176).putLong(120 + 0x20, 24);
        elf.position(176)
                .putInt(4)
                .putInt(8)
                .putInt(pvh ? 18 : 6)
                .putInt(0x006E6558)
                .putLong(0x1000000);
        elf.position(content).putLong(-1);
        return elf.array();
    }
}
