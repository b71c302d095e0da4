package org.guestmount.appliance.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.OpenFlags;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class DirectWriterLinuxTest extends OnHostDirectory {
    private static final int BLOCK = 4096;
    private static final int LARGE = 1 << 19;
    private static final int MIB = 1 << 20;
    private static final GuestPath FILE = GuestPath.of("/file");

    @Test
    void onlyMuchDataAtABlocksBeginningIsWrittenDirectly() {
        assertThat(DirectWriter.part(0, LARGE)).isEqualTo(LARGE);
        assertThat(DirectWriter.part(7L * BLOCK, LARGE + BLOCK + 5)).isEqualTo(LARGE + BLOCK);
        assertThat(DirectWriter.part(0, LARGE - 1)).isZero();
        assertThat(DirectWriter.part(1, 2 * LARGE)).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, OpenFlags.DSYNC, OpenFlags.SYNC})
    void largeSmallAndOddWritesGiveWhatWasWritten(int flags) throws Exception {
        Random random = new Random(flags);
        byte[] expected = new byte[8 * MIB];
        int size = 0;
        FileHandle file = create(OpenFlags.RDWR | flags);
        for (int i = 0; i < 120; i++) {
            if (i % 20 == 19) {
                size = random.nextInt(expected.length);
                Arrays.fill(expected, size, expected.length, (byte) 0);
                filesystem.setattr(file, AttributeChange.ofSize(size));
            }
            int count = 1 + random.nextInt(i % 3 == 0 ? 3 * BLOCK : 2 * MIB);
            int offset = random.nextInt(expected.length - count);
            offset -= i % 4 == 0 ? 0 : offset % BLOCK;
            byte[] data = new byte[count];
            random.nextBytes(data);
            ByteBuffer source = i % 2 == 0
                    ? ByteBuffer.wrap(data)
                    : ByteBuffer.allocateDirect(count).put(data).flip();

            assertThat(filesystem.write(file, offset, source)).isEqualTo(count);

            assertThat(source.hasRemaining()).isFalse();
            System.arraycopy(data, 0, expected, offset, count);
            size = Math.max(size, offset + count);
            ByteBuffer read = ByteBuffer.allocate(expected.length);
            assertThat(filesystem.read(file, 0, read)).isEqualTo(size);
            assertThat(Arrays.mismatch(read.array(), expected)).isEqualTo(-1);
        }
        filesystem.release(file);

        assertThat(Files.readAllBytes(directory.resolve("file"))).isEqualTo(Arrays.copyOf(expected, size));
    }

    @Test
    void appendedDataComesAtTheEnd() throws Exception {
        byte[] data = new byte[MIB];
        new Random(1).nextBytes(data);
        FileHandle file = create(OpenFlags.WRONLY | OpenFlags.APPEND);

        filesystem.write(file, 0, ByteBuffer.wrap(data));
        filesystem.write(file, 0, ByteBuffer.wrap(data));
        filesystem.release(file);

        byte[] both = Files.readAllBytes(directory.resolve("file"));
        assertThat(Arrays.copyOf(both, MIB)).isEqualTo(data);
        assertThat(Arrays.copyOfRange(both, MIB, both.length)).isEqualTo(data);
    }

    @Test
    void whoMayOnlyReadDoesNotWrite() throws Exception {
        Files.write(directory.resolve("file"), new byte[] {7});
        FileHandle file = filesystem.open(FILE, OpenFlags.READ_ONLY).handle();

        assertThatExceptionOfType(GuestFilesystemException.class)
                .isThrownBy(() -> filesystem.write(file, 0, ByteBuffer.allocate(MIB)))
                .matches(e -> e.errno() == Errno.EBADF);
        filesystem.release(file);

        assertThat(directory.resolve("file")).hasBinaryContent(new byte[] {7});
    }

    @Test
    void noDescriptorIsLeft() throws Exception {
        long before = descriptors();
        FileHandle file = create(OpenFlags.WRONLY);
        filesystem.write(file, 0, ByteBuffer.allocate(MIB));
        filesystem.release(file);

        assertThat(descriptors()).isEqualTo(before);
    }

    @Test
    void whatIsInThePageCacheIsNotLost() throws Exception {
        FileHandle file = create(OpenFlags.WRONLY);
        filesystem.write(file, 0, ByteBuffer.wrap(new byte[] {1}));
        filesystem.write(file, 2L * MIB, ByteBuffer.allocate(MIB).put(0, (byte) 2));

        try (FileChannel other = FileChannel.open(directory.resolve("file"), StandardOpenOption.READ)) {
            ByteBuffer read = ByteBuffer.allocate(3 * MIB);
            other.read(read);
            assertThat(read.get(0)).isEqualTo((byte) 1);
            assertThat(read.get(2 * MIB)).isEqualTo((byte) 2);
        }
        filesystem.release(file);
    }

    private FileHandle create(int flags) throws Exception {
        return filesystem
                .create(FILE, new OpenFlags(flags), 0600, Credentials.ROOT)
                .handle();
    }

    private static long descriptors() throws Exception {
        try (var entries = Files.list(Path.of("/proc/self/fd"))) {
            return entries.count();
        }
    }
}
