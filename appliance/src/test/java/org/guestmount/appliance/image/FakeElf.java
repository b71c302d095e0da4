package org.guestmount.appliance.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes ELF files that hold nothing but what the dynamic loader reads. */
final class FakeElf {
    static final int X86_64 = 62;

    /** Where the file is in memory; not 0, so that a reader cannot take an address for an offset. */
    private static final long ADDRESS = 0x400000;

    private static final int HEADERS = 64 + 3 * 56;

    private final ByteArrayOutputStream strings = new ByteArrayOutputStream();
    private final List<long[]> dynamic = new ArrayList<>();
    private int machine = X86_64;
    private @Nullable String interpreter;

    FakeElf() {
        strings.write(0);
    }

    FakeElf machine(int number) {
        machine = number;
        return this;
    }

    FakeElf interpreter(String path) {
        interpreter = path;
        return this;
    }

    FakeElf needs(String library) {
        dynamic.add(new long[] {1, string(library)});
        return this;
    }

    FakeElf searches(String folders) {
        dynamic.add(new long[] {29, string(folders)});
        return this;
    }

    Path write(Path file) throws IOException {
        Path parent = file.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Files.write(file, bytes());
        file.toFile().setExecutable(true);
        return file;
    }

    byte[] bytes() {
        byte[] name = ((interpreter == null ? "" : interpreter) + '\0').getBytes(StandardCharsets.UTF_8);
        int nameAt = HEADERS;
        int stringsAt = nameAt + name.length;
        int dynamicAt = stringsAt + strings.size();
        int end = dynamicAt + 16 * (dynamic.size() + 2);
        ByteBuffer elf = ByteBuffer.allocate(end).order(ByteOrder.LITTLE_ENDIAN);
        elf.putInt(0x464C457F).put((byte) 2).put((byte) 1).put((byte) 1);
        elf.putShort(16, (short) 3).putShort(18, (short) machine).putLong(0x20, 64);
        elf.putShort(0x36, (short) 56).putShort(0x38, (short) 3);
        segment(elf, 64, 1, 0, end);
        segment(elf, 64 + 56, 2, dynamicAt, end - dynamicAt);
        segment(elf, 64 + 112, interpreter == null ? 0 : 3, nameAt, name.length);
        elf.position(nameAt).put(name).put(strings.toByteArray());
        dynamic.forEach(entry -> elf.putLong(entry[0]).putLong(entry[1]));
        elf.putLong(5).putLong(ADDRESS + stringsAt);
        return elf.array();
    }

    private static void segment(ByteBuffer elf, int at, int type, int offset, int size) {
        elf.putInt(at, type)
                .putLong(at + 8, offset)
                .putLong(at + 16, ADDRESS + offset)
                .putLong(at + 32, size);
    }

    private int string(String text) {
        int at = strings.size();
        strings.writeBytes((text + '\0').getBytes(StandardCharsets.UTF_8));
        return at;
    }
}
