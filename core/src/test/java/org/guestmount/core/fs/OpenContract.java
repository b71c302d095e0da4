package org.guestmount.core.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** open, create, flush, fsync, release. */
public interface OpenContract extends ContractSupport {
    OpenFlags WRITE_ONLY = new OpenFlags(OpenFlags.WRONLY);
    OpenFlags EXCLUSIVE = new OpenFlags(OpenFlags.RDWR | OpenFlags.EXCL);
    OpenFlags TRUNCATING = new OpenFlags(OpenFlags.RDWR | OpenFlags.TRUNC);

    @Test
    default void createMakesAFile() throws Exception {
        OpenedFile file = fs().create(at("new"), OpenFlags.READ_WRITE, 06751, Credentials.ROOT);

        assertThat(file.attributes().mode()).isEqualTo(0106751);
        assertThat(file.attributes().size()).isZero();
        FileAttributes made = fs().getattr(at("new"));
        assertThat(made.mode()).isEqualTo(0106751);
        assertThat(made.size()).isZero();
        if (!file.attributes().provisional()) {
            assertThat(file.attributes()).isEqualTo(made);
        }
        assertThat(writeAt(file.handle(), 0, "text")).isEqualTo(4);
        assertThat(readAt(file.handle(), 0, 10)).isEqualTo("text");
    }

    @Test
    default void createGivesTheFileItsOwner() throws Exception {
        assumeTrue(hasRootCapabilities());

        OpenedFile file = fs().create(at("new"), OpenFlags.READ_WRITE, 0600, new Credentials(1000, -2));

        assertThat(file.attributes().uid()).isEqualTo(1000);
        assertThat(file.attributes().gid()).isEqualTo(-2);
    }

    @Test
    default void createOpensAFileThatExists() throws Exception {
        GuestPath path = makeFile("file", "content");
        fs().setattr(path, AttributeChange.ofMode(0600));

        OpenedFile file = fs().create(path, OpenFlags.READ_WRITE, 0777, new Credentials(5, 5));

        assertThat(file.attributes().mode()).isEqualTo(0100600);
        assertThat(file.attributes().uid()).isZero();
        assertThat(readAt(file.handle(), 0, 10)).isEqualTo("content");
    }

    @Test
    default void exclusiveCreateRefusesWhateverExists() throws Exception {
        makeFile("file", "");
        makeDirectory("directory");
        makeSymlink("symlink", "nowhere");

        assertFails(Errno.EEXIST, () -> fs().create(at("file"), EXCLUSIVE, 0644, Credentials.ROOT));
        assertFails(Errno.EEXIST, () -> fs().create(at("directory"), EXCLUSIVE, 0644, Credentials.ROOT));
        assertFails(Errno.EEXIST, () -> fs().create(at("symlink"), EXCLUSIVE, 0644, Credentials.ROOT));
    }

    @Test
    default void createRefusesDirectoriesAndSymbolicLinks() throws Exception {
        makeDirectory("directory");
        makeSymlink("symlink", "nowhere");

        assertFails(Errno.EISDIR, () -> fs().create(at("directory"), OpenFlags.READ_WRITE, 0644, Credentials.ROOT));
        assertFails(Errno.ELOOP, () -> fs().create(at("symlink"), OpenFlags.READ_WRITE, 0644, Credentials.ROOT));
        assertMissing(at("nowhere"));
    }

    @Test
    default void createNeedsItsParent() throws Exception {
        makeFile("file", "");

        assertFails(Errno.ENOENT, () -> fs().create(at("none/new"), OpenFlags.READ_WRITE, 0644, Credentials.ROOT));
        assertFails(Errno.ENOTDIR, () -> fs().create(at("file/new"), OpenFlags.READ_WRITE, 0644, Credentials.ROOT));
    }

    @Test
    default void createMayOpenForReadingOnly() throws Exception {
        OpenedFile file = fs().create(at("new"), OpenFlags.READ_ONLY, 0400, Credentials.ROOT);

        assertThat(readAt(file.handle(), 0, 1)).isEmpty();
        assertFails(Errno.EBADF, () -> writeAt(file.handle(), 0, "x"));
    }

    @Test
    default void openTellsTheAttributes() throws Exception {
        GuestPath path = makeFile("file", "content");

        OpenedFile file = fs().open(path, OpenFlags.READ_ONLY);

        assertThat(file.attributes()).isEqualTo(fs().getattr(path));
    }

    @Test
    default void whatComesWithOpeningIsTheWholeContents() throws Exception {
        OpenedFile small = fs().open(makeFile("small", "all of it"), OpenFlags.READ_ONLY);
        OpenedFile large = fs().open(makeFile("large", "x".repeat(70_000)), OpenFlags.READ_ONLY);
        OpenedFile written = fs().open(at("small"), OpenFlags.READ_WRITE);

        ByteBuffer content = small.content();
        assertThat(content == null || content.equals(ContractSupport.bytes("all of it")))
                .isTrue();
        assertThat(large.content()).isNull();
        assertThat(written.content()).isNull();
    }

    @Test
    default void smallFilesAreReadTogether() throws Exception {
        makeFile("a", "first");
        makeFile("empty", "");
        makeFile("large", "x".repeat(70_000));
        makeDirectory("directory");
        makeSymlink("symlink", "a");
        makeFile("limit", "y".repeat(GuestFilesystem.SMALL_FILE_BYTES));

        List<Optional<ByteBuffer>> contents =
                fs().readSmallFiles(at(""), List.of("limit", "missing", "a", "directory", "symlink", "empty", "large"));

        assertThat(contents)
                .containsExactly(
                        Optional.of(ContractSupport.bytes("y".repeat(GuestFilesystem.SMALL_FILE_BYTES))),
                        Optional.empty(),
                        Optional.of(ContractSupport.bytes("first")),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(ContractSupport.bytes("")),
                        Optional.empty());
    }

    @Test
    default void noMoreSmallFilesAreReadThanATransferHolds() throws Exception {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            names.add("file" + i);
            makeFile("file" + i, "z".repeat(GuestFilesystem.SMALL_FILE_BYTES));
        }

        List<Optional<ByteBuffer>> contents = fs().readSmallFiles(at(""), names);

        assertThat(contents).hasSize(20);
        assertThat(contents.stream().filter(Optional::isPresent)).hasSize(16);
    }

    @Test
    default void openCanTruncate() throws Exception {
        GuestPath path = makeFile("file", "content");
        age(path);

        OpenedFile file = fs().open(path, TRUNCATING);

        assertThat(file.attributes().size()).isZero();
        assertThat(isAged(path)).isFalse();
        assertThat(readAt(file.handle(), 0, 10)).isEmpty();
    }

    @Test
    default void createCanTruncateWhatExists() throws Exception {
        GuestPath path = makeFile("file", "content");

        OpenedFile file = fs().create(path, TRUNCATING, 0644, Credentials.ROOT);

        assertThat(file.attributes().size()).isZero();
        assertThat(contentOf(path)).isEmpty();
    }

    @Test
    default void openRefusesWhatIsNotThere() throws Exception {
        makeFile("file", "");

        assertFails(Errno.ENOENT, () -> fs().open(at("missing"), OpenFlags.READ_ONLY));
        assertFails(Errno.ENOTDIR, () -> fs().open(at("file/child"), OpenFlags.READ_ONLY));
    }

    @Test
    default void openDoesNotFollowAFinalSymbolicLink() throws Exception {
        makeFile("file", "");
        makeSymlink("symlink", "file");

        assertFails(Errno.ELOOP, () -> fs().open(at("symlink"), OpenFlags.READ_ONLY));
    }

    @Test
    default void aDirectoryIsNotOpenedForWriting() throws Exception {
        makeDirectory("directory");

        assertFails(Errno.EISDIR, () -> fs().open(at("directory"), OpenFlags.READ_WRITE));
        assertFails(Errno.EISDIR, () -> fs().open(at("directory"), WRITE_ONLY));
    }

    @Test
    default void aDirectoryIsNotReadAsAFile() throws Exception {
        makeDirectory("directory");

        assertFails(Errno.EISDIR, () -> fs().read(openForReading(at("directory")), 0, ByteBuffer.allocate(10)));
    }

    @Test
    default void aFifoIsNotOpened() throws Exception {
        fs().mknod(at("fifo"), FileType.FIFO.modeBits() | 0644, 0, Credentials.ROOT);

        assertFails(Errno.ENXIO, () -> fs().open(at("fifo"), OpenFlags.READ_ONLY));
        assertFails(Errno.ENXIO, () -> fs().open(at("fifo"), OpenFlags.READ_WRITE));
    }

    @Test
    default void aSocketIsNotOpened() throws Exception {
        fs().mknod(at("socket"), FileType.SOCKET.modeBits() | 0644, 0, Credentials.ROOT);

        assertFails(Errno.ENXIO, () -> fs().open(at("socket"), OpenFlags.READ_ONLY));
    }

    @Test
    default void aDeviceNodeIsNotOpened() throws Exception {
        assumeTrue(hasRootCapabilities());
        long nullDevice = 0x103;
        fs().mknod(at("null"), FileType.CHARACTER_DEVICE.modeBits() | 0666, nullDevice, Credentials.ROOT);

        assertFails(Errno.ENXIO, () -> fs().open(at("null"), OpenFlags.READ_ONLY));
        assertFails(Errno.ENXIO, () -> fs().open(at("null"), OpenFlags.READ_WRITE));
    }

    @Test
    default void accessModesAreKept() throws Exception {
        GuestPath path = makeFile("file", "content");
        FileHandle reader = openForReading(path);
        FileHandle writer = fs().open(path, WRITE_ONLY).handle();

        assertFails(Errno.EBADF, () -> writeAt(reader, 0, "x"));
        assertFails(Errno.EBADF, () -> readAt(writer, 0, 1));
        assertThat(contentOf(path)).isEqualTo("content");
    }

    @Test
    default void flushAndFsyncSucceedOnAGoodHandle() throws Exception {
        FileHandle file = openForBoth(makeFile("file", ""));
        writeAt(file, 0, "data");

        fs().flush(file);
        fs().fsync(file, true);
        fs().fsync(file, false);

        assertThat(contentOf(at("file"))).isEqualTo("data");
    }

    @Test
    default void aDirectoryIsSyncedByItsPath() throws Exception {
        GuestPath directory = makeDirectory("directory");

        fs().fsync(directory, false);

        assertFails(Errno.ENOENT, () -> fs().fsync(at("missing"), false));
    }

    @Test
    default void aReleasedHandleIsBad() throws Exception {
        FileHandle file = openForBoth(makeFile("file", ""));
        fs().release(file);

        assertFails(Errno.EBADF, () -> fs().release(file));
        assertFails(Errno.EBADF, () -> fs().getattr(file));
        assertFails(Errno.EBADF, () -> readAt(file, 0, 1));
        assertFails(Errno.EBADF, () -> writeAt(file, 0, "x"));
        assertFails(Errno.EBADF, () -> fs().flush(file));
        assertFails(Errno.EBADF, () -> fs().fsync(file, false));
        assertFails(Errno.EBADF, () -> fs().seek(file, 0, SeekTarget.DATA));
    }

    @Test
    default void handlesOfOneFileAreIndependent() throws Exception {
        GuestPath path = makeFile("file", "content");
        FileHandle one = openForReading(path);
        FileHandle two = openForReading(path);

        fs().release(one);

        assertThat(one).isNotEqualTo(two);
        assertThat(readAt(two, 0, 10)).isEqualTo("content");
    }
}
