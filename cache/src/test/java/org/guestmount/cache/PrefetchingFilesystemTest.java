package org.guestmount.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.DirectoryEntry;
import org.guestmount.core.fs.DriveData;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InMemoryGuestFilesystem;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.RecordingGuestFilesystem;
import org.guestmount.core.fs.SeekTarget;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The tree: {@code /dir/f0} to {@code /dir/f199}, whose contents tell them apart, and {@code /dir/large}. */
class PrefetchingFilesystemTest {
    private static final GuestPath DIR = GuestPath.of("/dir");
    private static final GuestPath LARGE = DIR.resolve("large");
    private static final int FILES = 200;
    private static final int LARGE_BYTES = 200_000;

    private final GuestFilesystem guest = new InMemoryGuestFilesystem();
    private final RecordingGuestFilesystem asked = new RecordingGuestFilesystem(guest);
    private final CachingFilesystem cached = new CachingFilesystem(asked, CacheConfig.DEFAULT);
    private final GuestFilesystem filesystem = PrefetchingFilesystem.readOnly(cached, cached, DriveData.NONE);

    @BeforeEach
    void makeTree() throws GuestFilesystemException {
        guest.mkdir(DIR, 0755, Credentials.ROOT);
        for (int i = 0; i < FILES; i++) {
            make(DIR.resolve("f" + i), contentOf("f" + i));
        }
        make(LARGE, "L".repeat(LARGE_BYTES));
    }

    @AfterEach
    void close() throws GuestFilesystemException {
        filesystem.close();
    }

    private void make(GuestPath path, String content) throws GuestFilesystemException {
        FileHandle file =
                guest.create(path, OpenFlags.READ_WRITE, 0644, Credentials.ROOT).handle();
        guest.write(file, 0, ByteBuffer.wrap(content.getBytes(StandardCharsets.ISO_8859_1)));
        guest.release(file);
    }

    private static String contentOf(String name) {
        return (name + " ").repeat(name.hashCode() % 100 + 100);
    }

    private List<String> list() throws GuestFilesystemException {
        return filesystem.readDirectory(DIR, 1 << 20).entries().stream()
                .map(DirectoryEntry::name)
                .toList();
    }

    private String read(GuestPath path) throws GuestFilesystemException {
        FileHandle file = filesystem.open(path, OpenFlags.READ_ONLY).handle();
        try {
            return read(file);
        } finally {
            filesystem.release(file);
        }
    }

    private String read(FileHandle file) throws GuestFilesystemException {
        StringBuilder content = new StringBuilder();
        ByteBuffer piece = ByteBuffer.allocate(100);
        while (filesystem.read(file, content.length(), piece.clear()) > 0) {
            content.append(StandardCharsets.ISO_8859_1.decode(piece.flip()));
        }
        return content.toString();
    }

    private void assertReadRightly(List<String> names) throws GuestFilesystemException {
        for (String name : names) {
            String expected = name.equals("large") ? "L".repeat(LARGE_BYTES) : contentOf(name);
            assertThat(read(DIR.resolve(name))).as(name).isEqualTo(expected);
        }
    }

    private List<String> requests(String name) {
        return asked.operations().stream().filter(o -> o.startsWith(name)).toList();
    }

    @Test
    void openingAloneIsNoConcernOfTheGuests() throws GuestFilesystemException {
        list();
        asked.take();

        for (int i = 0; i < 3; i++) {
            FileHandle file =
                    filesystem.open(DIR.resolve("f1"), OpenFlags.READ_ONLY).handle();
            assertThat(filesystem.getattr(file).size())
                    .isEqualTo(contentOf("f1").length());
            filesystem.flush(file);
            filesystem.release(file);
        }

        assertThat(asked.take()).isEmpty();
    }

    @Test
    void filesReadAsListedAreReadTogether() throws GuestFilesystemException {
        List<String> names = list();

        assertReadRightly(names);

        assertThat(requests("open ")).containsExactly("open /dir/large");
        assertThat(requests("readSmallFiles")).hasSizeLessThan(10);
    }

    @Test
    void filesReadByNameAreReadTogether() throws GuestFilesystemException {
        list();

        assertReadRightly(List.copyOf(new TreeSet<>(list())));

        assertThat(requests("open ")).containsExactly("open /dir/large");
        assertThat(requests("readSmallFiles")).hasSizeLessThan(10);
    }

    @Test
    void eachFileIsAskedForOnce() throws GuestFilesystemException {
        assertReadRightly(list());

        List<String> names = requests("readSmallFiles").stream()
                .flatMap(request -> List.of(request.split(" ")).stream().skip(2))
                .toList();
        assertThat(names).hasSize(FILES).doesNotHaveDuplicates();
    }

    @Test
    void aDirectoryIsReadAgain() throws GuestFilesystemException {
        List<String> names = list();
        assertReadRightly(names);
        asked.take();

        assertReadRightly(names);

        assertThat(requests("open ")).containsExactly("open /dir/large");
    }

    @Test
    void filesReadInNoOrderAreRightToo() throws GuestFilesystemException {
        List<String> names = new ArrayList<>(list());
        for (int seed = 0; seed < 5; seed++) {
            Collections.shuffle(names, new Random(seed));
            assertReadRightly(names);
        }
    }

    @Test
    void oneFileOfAnUnlistedDirectoryIsReadByItself() throws GuestFilesystemException {
        assertReadRightly(List.of("f7"));

        assertThat(requests("readDirectory")).isEmpty();
        assertThat(requests("readSmallFiles")).isEmpty();
        assertThat(requests("open ")).containsExactly("open /dir/f7");
    }

    @Test
    void anOpenFileCanBeReadAgainAndFromAnywhere() throws GuestFilesystemException {
        list();
        FileHandle file =
                filesystem.open(DIR.resolve("f0"), OpenFlags.READ_ONLY).handle();
        String content = contentOf("f0");

        assertThat(read(file)).isEqualTo(content);
        assertThat(read(file)).isEqualTo(content);
        ByteBuffer end = ByteBuffer.allocate(10);
        assertThat(filesystem.read(file, content.length() - 4, end)).isEqualTo(4);
        assertThat(filesystem.read(file, content.length() + 100L, end)).isZero();
        assertThat(filesystem.seek(file, 0, SeekTarget.HOLE)).isEqualTo(content.length());
        filesystem.release(file);
    }

    @Test
    void whatWasOpenedInTheGuestIsReleasedThere() throws GuestFilesystemException {
        assertReadRightly(List.of("large", "f3"));

        assertThat(requests("open ")).hasSize(2);
        assertThat(requests("release ")).hasSize(2);
    }
}
