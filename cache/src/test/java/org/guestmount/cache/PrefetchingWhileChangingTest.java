package org.guestmount.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.guestmount.cache.ContentChange.Names;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.DriveData;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.RecordingGuestFilesystem;
import org.guestmount.core.fs.TreeChange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** In a writable mount; the tree: {@code /dir/f0} and so on, small or large, and {@code /link}, another name of {@code f1}. */
@ParameterizedClass
@EnumSource(PrefetchingWhileChangingTest.Tree.class)
class PrefetchingWhileChangingTest {
    private static final GuestPath DIR = Names.FILE.parent();

    enum Tree {
        SMALL(100, 1000, false),
        SMALL_ON_DRIVE(100, 1000, true),
        LARGE(10, 100_000, false),
        LARGE_ON_DRIVE(10, 100_000, true);

        private final int files;
        private final int bytes;
        private final boolean onDrive;

        Tree(int files, int bytes, boolean onDrive) {
            this.files = files;
            this.bytes = bytes;
            this.onDrive = onDrive;
        }
    }

    private final Tree tree;
    private final GuestFilesystem truth;
    private final OnDriveFilesystem drive;
    private final RecordingGuestFilesystem asked;
    private final GuestFilesystem filesystem;

    PrefetchingWhileChangingTest(Tree tree) {
        this.tree = tree;
        this.truth = ContentChange.newTree(tree.files, tree.bytes);
        this.drive = new OnDriveFilesystem(ContentChange.newTree(tree.files, tree.bytes));
        this.asked = new RecordingGuestFilesystem(drive);
        CachingFilesystem cached = new CachingFilesystem(asked, CacheConfig.DEFAULT);
        this.filesystem = PrefetchingFilesystem.writable(cached, cached, tree.onDrive ? drive : DriveData.NONE);
    }

    @BeforeEach
    void list() throws GuestFilesystemException {
        filesystem.readDirectory(DIR, 1 << 20);
    }

    private static String read(GuestFilesystem filesystem, FileHandle file) throws GuestFilesystemException {
        ByteBuffer data = ByteBuffer.allocate(2 * Tree.LARGE.bytes);
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
        for (int i = 0; i < tree.files; i++) {
            GuestPath path = DIR.resolve("f" + i);
            assertThat(read(filesystem, path)).as("%s", path).isEqualTo(read(truth, path));
        }
    }

    /** What is seen before a change, through a file that stays open, and after it by path. */
    private List<String> seenAround(GuestFilesystem filesystem, ContentChange change, boolean readBefore)
            throws GuestFilesystemException {
        List<String> seen = new ArrayList<>();
        FileHandle file = filesystem.open(Names.FILE, OpenFlags.READ_ONLY).handle();
        seen.add(readBefore ? read(filesystem, file) : "");
        seen.add(filesystem.getattr(file).toString());
        change.run(filesystem);
        seen.add(read(filesystem, file));
        seen.add(filesystem.getattr(file).toString());
        filesystem.release(file);
        for (GuestPath path : List.of(Names.FILE, Names.OTHER, GuestPath.of("/moved"), GuestPath.of("/other/f1"))) {
            seen.add(read(filesystem, path));
        }
        return seen;
    }

    @ParameterizedTest
    @EnumSource(ContentChange.class)
    void anOpenFileStaysWhatItIs(ContentChange change) throws GuestFilesystemException {
        assertThat(seenAround(filesystem, change, false)).isEqualTo(seenAround(truth, change, false));
    }

    @ParameterizedTest
    @EnumSource(ContentChange.class)
    void anOpenFileThatWasReadStaysWhatItIs(ContentChange change) throws GuestFilesystemException {
        assertThat(seenAround(filesystem, change, true)).isEqualTo(seenAround(truth, change, true));
    }

    /** Reading the first has had the next read ahead, that which changes among them. */
    @ParameterizedTest
    @EnumSource(ContentChange.class)
    void whatWasReadAheadIsNotUsedAfterAChange(ContentChange change) throws GuestFilesystemException {
        read(filesystem, DIR.resolve("f0"));
        change.run(filesystem);
        change.run(truth);

        assertAllAreReadRightly();
    }

    @Test
    void filesAreReadFromTheDriveIfTheyAreThere() throws GuestFilesystemException {
        assertAllAreReadRightly();
        assertThat(drive.bytesRead() > 0).isEqualTo(tree.onDrive);
    }

    @Test
    void aFileThatIsBeingWrittenIsReadThroughTheGuest() throws GuestFilesystemException {
        assertThat(seenWhileWritten(filesystem)).isEqualTo(seenWhileWritten(truth));
        assertAllAreReadRightly();
    }

    private static List<String> seenWhileWritten(GuestFilesystem filesystem) throws GuestFilesystemException {
        List<String> seen = new ArrayList<>();
        FileHandle writer = filesystem.open(Names.FILE, OpenFlags.READ_WRITE).handle();
        filesystem.lookup(Names.FILE);
        FileHandle reader = filesystem.open(Names.FILE, OpenFlags.READ_ONLY).handle();
        for (int number = 0; number < 5; number++) {
            seen.add(read(filesystem, DIR.resolve("f0")));
            filesystem.write(writer, 1000 + number, ByteBuffer.wrap(new byte[] {(byte) number}));
            seen.add(read(filesystem, reader));
            seen.add(read(filesystem, Names.FILE));
        }
        filesystem.release(writer);
        filesystem.release(reader);
        return seen;
    }

    @Test
    void filesAreReadTogetherWhileNewOnesAreMade() throws GuestFilesystemException {
        asked.take();
        for (int i = 0; i < tree.files; i++) {
            read(filesystem, DIR.resolve("f" + i));
            TreeChange made = new TreeChange.MakeFile(
                    GuestPath.of("/new" + i), 0644, Credentials.ROOT, ByteBuffer.allocate(10), AttributeChange.NONE);
            filesystem.changeLater(List.of(made)).join();
        }

        assertThat(asked.operations().stream().anyMatch(operation -> operation.startsWith("open ")))
                .isEqualTo(tree.bytes > GuestFilesystem.SMALL_FILE_BYTES);
    }
}
