package org.guestmount.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.DirectoryChunk;
import org.guestmount.core.fs.DirectoryEntry;
import org.guestmount.core.fs.DriveData;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileDetails;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.ForwardingGuestFilesystem;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InMemoryGuestFilesystem;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.RecordingGuestFilesystem;
import org.guestmount.core.fs.SeekTarget;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that a listing says are in one place on a drive; those whose names begin with {@code scattered} are not. */
class ListedContentsTest {
    private static final GuestPath DIR = GuestPath.of("/dir");

    private final OnDriveFilesystem drive = new OnDriveFilesystem(new InMemoryGuestFilesystem());
    private final Map<String, byte[]> contents = new TreeMap<>();
    private boolean driveAnswers = true;

    private final GuestFilesystem telling = new ForwardingGuestFilesystem(drive) {
        @Override
        public DirectoryChunk readDirectory(FileReference directory, int maxBytes) throws GuestFilesystemException {
            DirectoryChunk chunk = super.readDirectory(directory, maxBytes);
            List<DirectoryEntry> entries =
                    chunk.entries().stream().map(ListedContentsTest.this::told).toList();
            return new DirectoryChunk(entries, chunk.next());
        }
    };

    private final RecordingGuestFilesystem asked = new RecordingGuestFilesystem(telling);
    private final CachingFilesystem cached = new CachingFilesystem(asked, CacheConfig.DEFAULT);
    private final DriveData drives =
            (number, offset, destination) -> driveAnswers && drive.read(number, offset, destination);
    private final GuestFilesystem filesystem = PrefetchingFilesystem.readOnly(cached, cached, drives);

    private DirectoryEntry told(DirectoryEntry entry) {
        FileAttributes attributes = entry.details().attributes();
        if (attributes.size() == 0 || entry.name().startsWith("scattered")) {
            return entry;
        }
        return new DirectoryEntry(
                entry.name(),
                new FileDetails(
                        attributes,
                        null,
                        entry.details().mayHaveXattrs(),
                        drive.mapSmallFiles(DIR, List.of(entry.name())).get(0).get(0)));
    }

    @BeforeEach
    void makeTree() throws GuestFilesystemException {
        drive.mkdir(DIR, 0755, Credentials.ROOT);
        for (int size : new int[] {0, 1, 4096, 100_000, GuestFilesystem.SMALL_FILE_BYTES + 1, 1_000_000}) {
            make("listed" + size, size);
        }
    }

    private void make(String name, int size) throws GuestFilesystemException {
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        contents.put(name, content);
        FileHandle file = drive.create(DIR.resolve(name), OpenFlags.READ_WRITE, 0644, Credentials.ROOT)
                .handle();
        drive.write(file, 0, ByteBuffer.wrap(content));
        drive.release(file);
    }

    private byte[] read(String name) throws GuestFilesystemException {
        ByteBuffer content = ByteBuffer.allocate(2_000_000);
        FileHandle file =
                filesystem.open(DIR.resolve(name), OpenFlags.READ_ONLY).handle();
        while (filesystem.read(file, content.position(), content) > 0) {}
        filesystem.release(file);
        byte[] bytes = new byte[content.flip().remaining()];
        content.get(bytes);
        return bytes;
    }

    /** @return what the guest was asked for that */
    private List<String> assertReadRightly() throws GuestFilesystemException {
        List<String> listed = new ArrayList<>();
        filesystem.readDirectory(DIR, 1 << 20).entries().forEach(entry -> listed.add(entry.name()));
        assertThat(listed).hasSameElementsAs(contents.keySet());
        asked.take();
        for (String name : listed) {
            assertThat(read(name)).as(name).isEqualTo(contents.get(name));
        }
        return asked.take();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void filesAreReadWithoutTheGuestOnlyWhereTheDriveAnswers(boolean answers) throws GuestFilesystemException {
        driveAnswers = answers;

        List<String> requests = assertReadRightly();

        if (answers) {
            assertThat(requests).isEmpty();
        } else {
            assertThat(requests).contains("open /dir/listed1000000");
        }
    }

    @Test
    void whatIsInOnePlaceHasNoHoles() throws GuestFilesystemException {
        make("scattered", 1_000_000);
        filesystem.readDirectory(DIR, 1 << 20);
        asked.take();
        for (String name : List.of("listed1", "listed4096", "listed1000000", "scattered")) {
            FileHandle truth =
                    drive.open(DIR.resolve(name), OpenFlags.READ_ONLY).handle();
            FileHandle file =
                    filesystem.open(DIR.resolve(name), OpenFlags.READ_ONLY).handle();
            for (long offset : new long[] {-1, 0, 1, 4095, 4096, 999_999, 1_000_000, Long.MAX_VALUE}) {
                for (SeekTarget target : SeekTarget.values()) {
                    assertThat(seek(filesystem, file, offset, target))
                            .as("%s %d %s", name, offset, target)
                            .isEqualTo(seek(drive, truth, offset, target));
                }
            }
            filesystem.release(file);
        }
        assertThat(asked.take()).contains("open /dir/scattered").noneMatch(request -> request.contains("listed"));
    }

    private static Object seek(GuestFilesystem filesystem, FileHandle file, long offset, SeekTarget target) {
        try {
            return filesystem.seek(file, offset, target);
        } catch (GuestFilesystemException e) {
            return e.errno();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 1_000_000})
    void whatIsInSeveralPlacesIsAskedFor(int size) throws GuestFilesystemException {
        make("scattered", size);

        List<String> requests = assertReadRightly();

        if (size <= GuestFilesystem.SMALL_FILE_BYTES) {
            assertThat(requests).containsExactly("mapSmallFiles /dir scattered");
        } else {
            assertThat(requests).contains("open /dir/scattered").allMatch(request -> !request.contains("listed"));
        }
    }
}
