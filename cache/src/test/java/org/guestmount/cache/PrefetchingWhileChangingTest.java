package org.guestmount.cache;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.Immutable;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InMemoryGuestFilesystem;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.RecordingGuestFilesystem;
import org.guestmount.core.fs.RenameMode;
import org.guestmount.core.fs.TreeChange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** In a writable mount; the tree: {@code /dir/f0} to {@code /dir/f99}, and {@code /link}, another name of {@code f1}. */
class PrefetchingWhileChangingTest {
    private static final GuestPath DIR = GuestPath.of("/dir");
    private static final GuestPath F1 = DIR.resolve("f1");
    private static final GuestPath LINK = GuestPath.of("/link");
    private static final int FILES = 100;

    private final GuestFilesystem truth = newTree();
    private final RecordingGuestFilesystem asked = new RecordingGuestFilesystem(newTree());
    private final CachingFilesystem cached = new CachingFilesystem(asked, CacheConfig.DEFAULT);
    private final GuestFilesystem filesystem = PrefetchingFilesystem.writable(cached, cached);

    private static GuestFilesystem newTree() {
        try {
            GuestFilesystem tree = new InMemoryGuestFilesystem(() -> Instant.EPOCH);
            tree.mkdir(DIR, 0755, Credentials.ROOT);
            for (int i = 0; i < FILES; i++) {
                GuestPath path = DIR.resolve("f" + i);
                tree.release(tree.create(path, OpenFlags.READ_WRITE, 0644, Credentials.ROOT)
                        .handle());
                write(tree, path, OpenFlags.READ_WRITE, 1000 + i);
            }
            tree.link(F1, LINK);
            return tree;
        } catch (GuestFilesystemException e) {
            throw new AssertionError(e);
        }
    }

    /** Bytes that are different from those of other numbers. */
    private static void write(GuestFilesystem filesystem, GuestPath path, OpenFlags flags, int number)
            throws GuestFilesystemException {
        byte[] data = new byte[number];
        Arrays.fill(data, (byte) number);
        FileHandle file = filesystem.open(path, flags).handle();
        filesystem.write(file, 0, ByteBuffer.wrap(data));
        filesystem.release(file);
    }

    private enum Change {
        WRITE(filesystem -> write(filesystem, F1, OpenFlags.READ_WRITE, 50)),
        WRITE_BY_ANOTHER_NAME(filesystem -> write(filesystem, LINK, OpenFlags.READ_WRITE, 51)),
        OPEN_TRUNCATING(filesystem -> write(filesystem, F1, new OpenFlags(OpenFlags.RDWR | OpenFlags.TRUNC), 52)),
        CREATE_TRUNCATING(filesystem -> filesystem.release(filesystem
                .create(F1, new OpenFlags(OpenFlags.RDWR | OpenFlags.TRUNC), 0644, Credentials.ROOT)
                .handle())),
        TRUNCATE(filesystem -> filesystem.setattr(LINK, AttributeChange.ofSize(10))),
        EXTEND(filesystem -> filesystem.setattr(F1, AttributeChange.ofSize(5000))),
        MODE(filesystem -> filesystem.setattr(F1, AttributeChange.ofMode(0600))),
        UNLINK(filesystem -> filesystem.unlink(F1)),
        UNLINK_LATER(filesystem ->
                filesystem.changeLater(List.of(new TreeChange.Unlink(F1))).join()),
        UNLINK_AND_MAKE_ANOTHER(filesystem -> {
            filesystem.unlink(F1);
            filesystem.unlink(LINK);
            OpenFlags flags = new OpenFlags(OpenFlags.RDWR | OpenFlags.EXCL);
            FileHandle file =
                    filesystem.create(F1, flags, 0644, Credentials.ROOT).handle();
            filesystem.write(file, 0, ByteBuffer.allocate(1001));
            filesystem.release(file);
        }),
        RENAME(filesystem -> filesystem.rename(F1, GuestPath.of("/moved"), RenameMode.REPLACE)),
        RENAME_OVER(filesystem -> filesystem.rename(DIR.resolve("f2"), F1, RenameMode.REPLACE)),
        EXCHANGE(filesystem -> filesystem.rename(DIR.resolve("f3"), F1, RenameMode.EXCHANGE)),
        RENAME_DIRECTORY(filesystem -> filesystem.rename(DIR, GuestPath.of("/other"), RenameMode.REPLACE));

        private final Body body;

        Change(Body body) {
            this.body = body;
        }

        @Immutable
        private interface Body {
            void run(GuestFilesystem filesystem) throws GuestFilesystemException;
        }
    }

    @BeforeEach
    void list() throws GuestFilesystemException {
        filesystem.readDirectory(DIR, 1 << 20);
    }

    private static String read(GuestFilesystem filesystem, FileHandle file) throws GuestFilesystemException {
        ByteBuffer data = ByteBuffer.allocate(10_000);
        int count = filesystem.read(file, 0, data);
        return count + " bytes, " + Arrays.hashCode(data.array());
    }

    /** As the host's kernel does it. */
    private static String read(GuestFilesystem filesystem, GuestPath path) {
        try {
            filesystem.lookup(path);
            FileHandle file = filesystem.open(path, OpenFlags.READ_ONLY).handle();
            try {
                return read(filesystem, file);
            } finally {
                filesystem.release(file);
            }
        } catch (GuestFilesystemException e) {
            return e.errno().toString();
        }
    }

    private void assertAllAreReadRightly() {
        for (int i = 0; i < FILES; i++) {
            GuestPath path = DIR.resolve("f" + i);
            assertThat(read(filesystem, path)).as("%s", path).isEqualTo(read(truth, path));
        }
    }

    /** What is seen before a change, through a file that stays open, and after it by path. */
    private List<String> seenAround(GuestFilesystem filesystem, Change change, boolean readBefore)
            throws GuestFilesystemException {
        List<String> seen = new ArrayList<>();
        FileHandle file = filesystem.open(F1, OpenFlags.READ_ONLY).handle();
        seen.add(readBefore ? read(filesystem, file) : "");
        seen.add(filesystem.getattr(file).toString());
        change.body.run(filesystem);
        seen.add(read(filesystem, file));
        seen.add(filesystem.getattr(file).toString());
        filesystem.release(file);
        for (GuestPath path : List.of(F1, LINK, GuestPath.of("/moved"), GuestPath.of("/other/f1"))) {
            seen.add(read(filesystem, path));
        }
        return seen;
    }

    @ParameterizedTest
    @EnumSource(Change.class)
    void anOpenFileStaysWhatItIs(Change change) throws GuestFilesystemException {
        assertThat(seenAround(filesystem, change, false)).isEqualTo(seenAround(truth, change, false));
    }

    @ParameterizedTest
    @EnumSource(Change.class)
    void anOpenFileThatWasReadStaysWhatItIs(Change change) throws GuestFilesystemException {
        assertThat(seenAround(filesystem, change, true)).isEqualTo(seenAround(truth, change, true));
    }

    /** Reading the first has had the next read ahead, that which changes among them. */
    @ParameterizedTest
    @EnumSource(Change.class)
    void whatWasReadAheadIsNotUsedAfterAChange(Change change) throws GuestFilesystemException {
        read(filesystem, DIR.resolve("f0"));
        change.body.run(filesystem);
        change.body.run(truth);

        assertAllAreReadRightly();
    }

    @Test
    void aFileThatIsBeingWrittenIsReadThroughTheGuest() throws GuestFilesystemException {
        assertThat(seenWhileWritten(filesystem)).isEqualTo(seenWhileWritten(truth));
        assertAllAreReadRightly();
    }

    private static List<String> seenWhileWritten(GuestFilesystem filesystem) throws GuestFilesystemException {
        List<String> seen = new ArrayList<>();
        FileHandle writer = filesystem.open(F1, OpenFlags.READ_WRITE).handle();
        filesystem.lookup(F1);
        FileHandle reader = filesystem.open(F1, OpenFlags.READ_ONLY).handle();
        for (int number = 0; number < 5; number++) {
            seen.add(read(filesystem, DIR.resolve("f0")));
            filesystem.write(writer, 1000 + number, ByteBuffer.wrap(new byte[] {(byte) number}));
            seen.add(read(filesystem, reader));
            seen.add(read(filesystem, F1));
        }
        filesystem.release(writer);
        filesystem.release(reader);
        return seen;
    }

    @Test
    void filesAreReadTogetherWhileNewOnesAreMade() throws GuestFilesystemException {
        asked.take();
        for (int i = 0; i < FILES; i++) {
            read(filesystem, DIR.resolve("f" + i));
            TreeChange made = new TreeChange.MakeFile(
                    GuestPath.of("/new" + i), 0644, Credentials.ROOT, ByteBuffer.allocate(10), AttributeChange.NONE);
            filesystem.changeLater(List.of(made)).join();
        }

        assertThat(asked.operations()).noneMatch(operation -> operation.startsWith("open "));
    }
}
