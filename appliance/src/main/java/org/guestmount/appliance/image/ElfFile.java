package org.guestmount.appliance.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a 64-bit little-endian ELF file asks of the dynamic loader. Reading it here, instead of running ldd, runs no code of the
 * file and works for any of them.
 *
 * @param machine the processor, as e_machine numbers it
 * @param interpreter the loader's path, or null in a library or a static program
 * @param needed the names of the libraries it is linked with, in order
 * @param searchPath the folders it names to look in first, {@code $ORIGIN} still in them
 * @see <a href="https://man7.org/linux/man-pages/man5/elf.5.html">elf(5)</a>
 */
record ElfFile(int machine, @Nullable String interpreter, List<String> needed, List<String> searchPath) {
    private static final int MAGIC = 0x464C457F;
    private static final int LOAD = 1;
    private static final int DYNAMIC = 2;
    private static final int INTERPRETER = 3;
    private static final int DT_NEEDED = 1;
    private static final int DT_STRTAB = 5;
    private static final int DT_RPATH = 15;
    private static final int DT_RUNPATH = 29;

    /** Reads the file; fails if it is not such an ELF file or is damaged. */
    static ElfFile read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer elf = channel.map(FileChannel.MapMode.READ_ONLY, 0, Math.min(channel.size(), Integer.MAX_VALUE))
                    .order(ByteOrder.LITTLE_ENDIAN);
            if (elf.limit() < 64 || elf.getInt(0) != MAGIC || elf.get(4) != 2 || elf.get(5) != 1) {
                throw new IOException(file + " is not a 64-bit little-endian ELF file");
            }
            return new Reader(elf).read();
        } catch (IndexOutOfBoundsException | ArithmeticException | IllegalArgumentException e) {
            throw new IOException(file + " is a damaged ELF file", e);
        }
    }

    /** A segment of the file and where it is in memory. */
    private record Segment(int type, int offset, long address, int size) {}

    private record Reader(ByteBuffer elf) {
        ElfFile read() {
            List<Segment> segments = segments();
            String interpreter = null;
            List<Integer> needed = new ArrayList<>();
            List<Integer> searchPath = new ArrayList<>();
            int strings = 0;
            for (Segment segment : segments) {
                if (segment.type == INTERPRETER) {
                    interpreter = text(segment.offset);
                } else if (segment.type == DYNAMIC) {
                    for (int at = segment.offset; at < segment.offset + segment.size; at += 16) {
                        long value = elf.getLong(at + 8);
                        switch ((int) elf.getLong(at)) {
                            case DT_NEEDED -> needed.add(Math.toIntExact(value));
                            case DT_RPATH, DT_RUNPATH -> searchPath.add(Math.toIntExact(value));
                            case DT_STRTAB -> strings = offsetOf(value, segments);
                            default -> {}
                        }
                    }
                }
            }
            return new ElfFile(
                    Short.toUnsignedInt(elf.getShort(18)),
                    interpreter,
                    texts(strings, needed).toList(),
                    texts(strings, searchPath)
                            .flatMap(path -> Stream.of(path.split(":")))
                            .toList());
        }

        private List<Segment> segments() {
            int table = Math.toIntExact(elf.getLong(0x20));
            int size = Short.toUnsignedInt(elf.getShort(0x36));
            int count = Short.toUnsignedInt(elf.getShort(0x38));
            List<Segment> segments = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int at = table + i * size;
                segments.add(new Segment(
                        elf.getInt(at),
                        Math.toIntExact(elf.getLong(at + 8)),
                        elf.getLong(at + 16),
                        Math.toIntExact(elf.getLong(at + 32))));
            }
            return segments;
        }

        private static int offsetOf(long address, List<Segment> segments) {
            for (Segment segment : segments) {
                long into = address - segment.address;
                if (segment.type == LOAD && into >= 0 && into < segment.size) {
                    return segment.offset + (int) into;
                }
            }
            throw new IndexOutOfBoundsException("no segment holds address " + address);
        }

        private Stream<String> texts(int strings, List<Integer> offsets) {
            return offsets.stream().map(offset -> text(strings + offset));
        }

        private String text(int at) {
            int end = at;
            while (elf.get(end) != 0) {
                end++;
            }
            byte[] bytes = new byte[end - at];
            elf.get(at, bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }
}
