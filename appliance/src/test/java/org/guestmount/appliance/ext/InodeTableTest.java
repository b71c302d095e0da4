package org.guestmount.appliance.ext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.guestmount.appliance.HostProgram.run;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.guestmount.core.fs.FileExtent;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.GuestFilesystemException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Filesystems that mke2fs makes of a folder: what it was told is what is read. */
class InodeTableTest {
    private static final long START = 1 << 20;
    private static final int FILES = 200;

    @TempDir
    private Path folder;

    /** A file in the place of a device. */
    private record ImageDevice(FileChannel file) implements Device {
        @Override
        public void read(long position, ByteBuffer into) throws GuestFilesystemException {
            try {
                long at = position;
                int count = file.read(into, at);
                while (count > 0 && into.hasRemaining()) {
                    at += count;
                    count = file.read(into, at);
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void willRead(long position, int bytes) {
            // It is in memory.
        }
    }

    private Path contents() throws IOException {
        Path contents = Files.createDirectory(folder.resolve("contents"));
        for (int i = 0; i < FILES; i++) {
            Path file = contents.resolve("file" + i);
            byte[] content = new byte[i * 300];
            new Random(i).nextBytes(content);
            Files.write(file, content);
            Files.setLastModifiedTime(
                    file, FileTime.from(Instant.ofEpochSecond(1_000_000_000L * (i % 3) - 500_000_000L, i)));
        }
        Files.createLink(contents.resolve("other-name"), contents.resolve("file7"));
        Files.createSymbolicLink(contents.resolve("short"), Path.of("file1"));
        Files.createSymbolicLink(contents.resolve("longest"), Path.of("x".repeat(59)));
        Files.createSymbolicLink(contents.resolve("too-long"), Path.of("x".repeat(60)));
        Files.createDirectory(contents.resolve("folder"));
        return contents;
    }

    private Path image(Path contents, String options) throws Exception {
        Path image = folder.resolve("image");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(64 << 20);
        }
        List<String> command = new ArrayList<>(List.of("mke2fs", "-q", "-F", "-d", contents.toString()));
        command.addAll(List.of(options.split(" ")));
        command.add(image.toString());
        run(command.toArray(String[]::new));
        return image;
    }

    private static @Nullable InodeTable table(Path image) throws Exception {
        return InodeTable.on(new ImageDevice(FileChannel.open(image, StandardOpenOption.READ)));
    }

    /** Numbers by name, as debugfs tells them. */
    private static Map<String, Long> numbers(Path image) throws Exception {
        Map<String, Long> numbers = new TreeMap<>();
        run("debugfs", "-R", "ls -p /", image.toString()).lines().forEach(line -> {
            String[] fields = line.split("/", -1);
            if (fields.length > 5) {
                numbers.put(fields[5], Long.parseLong(fields[1]));
            }
        });
        return numbers;
    }

    private static long number(Map<String, Long> numbers, String name) {
        return Objects.requireNonNull(numbers.get(name), name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-t ext4",
                "-t ext4 -b 1024",
                "-t ext4 -I 128",
                "-t ext4 -I 512 -O ^64bit",
                "-t ext4 -O ^metadata_csum",
                "-t ext4 -O ^metadata_csum,uninit_bg",
                "-t ext4 -O metadata_csum_seed",
                "-t ext4 -O inline_data",
                "-t ext4 -O ^flex_bg,^resize_inode -g 8192",
                "-t ext3",
                "-t ext2 -b 1024",
                "-t ext2 -r 0"
            })
    void everyFileIsAsItWasMade(String options) throws Exception {
        Path contents = contents();
        Path image = image(contents, options);
        if (options.contains("csum_seed")) {
            run("tune2fs", "-U", "random", image.toString());
        }
        Map<String, Long> numbers = numbers(image);
        InodeTable table = Objects.requireNonNull(table(image));
        boolean old = options.contains("128") || options.contains("-r 0");

        for (int i = 0; i < FILES; i++) {
            Path file = contents.resolve("file" + i);
            Inode inode = table.find(number(numbers, "file" + i));
            if (options.contains("inline_data") && inode == null) {
                assertThat(i)
                        .as("only what is as small has its data in the inode")
                        .isZero();
                continue;
            }
            Objects.requireNonNull(inode, file.toString());
            Map<String, Object> truth = Files.readAttributes(file, "unix:*", LinkOption.NOFOLLOW_LINKS);
            assertThat(inode.type()).isEqualTo(FileType.REGULAR);
            assertThat(inode.mode()).isEqualTo(truth.get("mode"));
            assertThat(inode.uid()).isEqualTo(truth.get("uid"));
            assertThat(inode.gid()).isEqualTo(truth.get("gid"));
            assertThat(inode.size()).isEqualTo(truth.get("size"));
            assertThat(inode.links()).isEqualTo(truth.get("nlink"));
            assertThat(inode.mayHaveXattrs()).isFalse();
            assertThat(inode.isKept()).isFalse();
            Instant modified = Files.getLastModifiedTime(file).toInstant();
            if (!old) {
                assertThat(inode.seconds(Inode.Time.MODIFIED)).isEqualTo(modified.getEpochSecond());
            }
        }
        assertThat(Objects.requireNonNull(table.find(number(numbers, "short"))).target())
                .asString()
                .isEqualTo("file1");
        assertThat(Objects.requireNonNull(table.find(number(numbers, "longest")))
                        .target())
                .asString()
                .isEqualTo("x".repeat(59));
        assertThat(table.find(number(numbers, "too-long"))).isNull();
        assertThat(table.find(number(numbers, "folder"))).isNull();
        for (long number : new long[] {Long.MIN_VALUE, -1, 0, 1, 2, 10, 1 << 20, Long.MAX_VALUE}) {
            assertThat(table.find(number)).as("inode %d", number).isNull();
        }
        boolean hasChecksums = options.contains("ext4") && !options.contains("^metadata_csum");
        if (hasChecksums) {
            assertDataIsThere(image, table, contents, numbers);
        }
    }

    /** Reads each file where its inode says. */
    private static void assertDataIsThere(Path image, InodeTable table, Path contents, Map<String, Long> numbers)
            throws Exception {
        byte[] disk = Files.readAllBytes(image);
        int others = 0;
        for (int i = 1; i < FILES; i++) {
            byte[] expected = Files.readAllBytes(contents.resolve("file" + i));
            Inode inode = Objects.requireNonNull(table.find(number(numbers, "file" + i)));
            FileExtent place = inode.contents(1, START);
            if (place == null) {
                others++;
                continue;
            }
            assertThat(place.drive()).isEqualTo(1);
            int from = (int) (place.driveOffset() - START);
            assertThat(Arrays.copyOfRange(disk, from, from + expected.length)).isEqualTo(expected);
        }
        assertThat(others).as("files that mke2fs has put in several places").isLessThan(5);
    }

    /** Where an inode is, as debugfs tells it. */
    private static long position(Path image, String name) throws Exception {
        Matcher matcher = Pattern.compile("block (\\d+), offset 0x([0-9a-f]+)")
                .matcher(run("debugfs", "-R", "imap /" + name, image.toString()));
        assertThat(matcher.find()).isTrue();
        return Long.parseLong(matcher.group(1)) * 4096 + Long.parseLong(matcher.group(2), 16);
    }

    private static void flip(RandomAccessFile file, long position, int bits) throws IOException {
        file.seek(position);
        int before = file.read();
        file.seek(position);
        file.write(before ^ bits);
    }

    @Test
    void nothingIsToldOfAnInodeWithAWrongByte() throws Exception {
        Path image = image(contents(), "-t ext4 -b 4096 -I 256");
        long number = number(numbers(image), "file100");
        long position = position(image, "file100");
        assertThat(Objects.requireNonNull(table(image)).find(number)).isNotNull();
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            for (int at = 0; at < 256; at++) {
                flip(file, position + at, 1 << (at % 8));
                assertThat(Objects.requireNonNull(table(image)).find(number))
                        .as("byte %d", at)
                        .isNull();
                flip(file, position + at, 1 << (at % 8));
            }
        }
        assertThat(Objects.requireNonNull(table(image)).find(number)).isNotNull();
    }

    @Test
    void withoutChecksumsWhatCannotBeIsNotTold() throws Exception {
        Path image = image(contents(), "-t ext4 -b 4096 -I 256 -O ^metadata_csum,^64bit");
        long number = number(numbers(image), "file100");
        long position = position(image, "file100");
        // Type, links, i_extra_isize, a flag that means encrypted; of the extents their magic, depth, count, length,
        // place.
        long[][] damages = {
            {1, 0xF0},
            {0x1A, 1},
            {0x80, 1},
            {0x81, 0xFF},
            {0x21, 0x08},
            {0x28, 1},
            {0x2E, 1},
            {0x2A, 8},
            {0x3A, 1},
            {0x3F, 0x7F}
        };
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            for (long[] damage : damages) {
                flip(file, position + damage[0], (int) damage[1]);
                assertThat(Objects.requireNonNull(table(image)).find(number))
                        .as("byte %d", damage[0])
                        .isNull();
                flip(file, position + damage[0], (int) damage[1]);
            }
        }
        Inode intact =
                Objects.requireNonNull(Objects.requireNonNull(table(image)).find(number));
        assertThat(intact.contents(0, 0)).as("where that could be another's").isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-t ext4 -O ^resize_inode,meta_bg", "-t ext4 -O bigalloc"})
    void whatIsNotKnownIsLeftToTheKernel(String options) throws Exception {
        assertThat(table(image(contents(), options))).isNull();
    }

    @Test
    void whatIsNoExtFilesystemHasNoInodes() throws Exception {
        Path image = folder.resolve("other");
        Files.write(image, new byte[1 << 16]);
        assertThat(table(image)).isNull();
        Files.write(image, new byte[100]);
        assertThat(table(image)).isNull();
    }

    @Test
    void everyFeatureBitIsEitherKnownOrRefused() throws Exception {
        Path image = image(contents(), "-t ext4 -b 4096");
        int known = 0;
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            for (int bit = 0; bit < 2 * Integer.SIZE; bit++) {
                long at = 0x460 + bit / 8L;
                file.seek(at);
                boolean isSet = (file.read() >> bit % 8 & 1) != 0;
                if (!isSet) {
                    flip(file, at, 1 << bit % 8);
                    known += table(image) == null ? 0 : 1;
                    flip(file, at, 1 << bit % 8);
                }
            }
        }
        assertThat(known).isLessThan(20);
    }

    /** Whatever is read, it is either told or left to the kernel. */
    @Test
    void randomBytesAreNoReasonToFail() throws Exception {
        Path image = image(contents(), "-t ext4 -b 4096 -O ^metadata_csum");
        byte[] whole = Files.readAllBytes(image);
        Random random = new Random(1);
        for (int round = 0; round < 300; round++) {
            byte[] damaged = whole.clone();
            for (int i = 0; i < 40; i++) {
                damaged[1024 + random.nextInt(1024)] ^= (byte) (random.nextInt(8) == 0 ? random.nextInt() : 0);
                damaged[4096 + random.nextInt(4096)] ^= (byte) (random.nextInt(8) == 0 ? random.nextInt() : 0);
            }
            for (int i = 0; i < 400; i++) {
                damaged[(1 << 16) + random.nextInt(1 << 20)] = (byte) random.nextInt();
            }
            InodeTable table = InodeTable.on(new Device() {
                @Override
                public void read(long position, ByteBuffer into) {
                    if (position >= 0 && position < damaged.length) {
                        into.put(damaged, (int) position, (int) Math.min(into.remaining(), damaged.length - position));
                    }
                }

                @Override
                public void willRead(long position, int bytes) {
                    // It is in memory.
                }
            });
            for (long number = 0; table != null && number < 400; number++) {
                Inode inode = table.find(number);
                if (inode != null && inode.type() == FileType.REGULAR) {
                    assertThat(inode.size()).isNotNegative();
                    inode.contents(0, 0);
                }
            }
        }
    }
}
