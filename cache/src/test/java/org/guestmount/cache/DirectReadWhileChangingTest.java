package org.guestmount.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import org.guestmount.cache.ContentChange.Names;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InMemoryGuestFilesystem;
import org.guestmount.core.fs.OpenFlags;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A file changes while it is read from the drive, and its blocks become another file's at once. */
class DirectReadWhileChangingTest {
    private static final int BYTES = 100_000;

    private final OnDriveFilesystem drive = new OnDriveFilesystem(newTree());
    private final CachingFilesystem cached = new CachingFilesystem(drive, CacheConfig.DEFAULT);
    private final GuestFilesystem filesystem = PrefetchingFilesystem.writable(cached, cached, drive);

    private static GuestFilesystem newTree() {
        try {
            GuestFilesystem made = new InMemoryGuestFilesystem();
            made.mkdir(Names.FILE.parent(), 0755, Credentials.ROOT);
            for (String name : List.of("f1", "f2", "f3")) {
                GuestPath path = Names.FILE.parent().resolve(name);
                made.release(made.create(path, OpenFlags.READ_WRITE, 0644, Credentials.ROOT)
                        .handle());
                ContentChange.write(made, path, OpenFlags.READ_WRITE, BYTES);
            }
            made.link(Names.FILE, Names.OTHER);
            return made;
        } catch (GuestFilesystemException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] read(GuestFilesystem filesystem, FileHandle file) throws GuestFilesystemException {
        ByteBuffer data = ByteBuffer.allocate(2 * BYTES);
        int count = filesystem.read(file, 0, data);
        byte[] seen = new byte[count];
        data.get(0, seen);
        return seen;
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MODE")
    void whatIsReadIsNeverAnotherFiles(ContentChange change) throws GuestFilesystemException {
        GuestFilesystem truth = newTree();
        FileHandle same = truth.open(Names.FILE, OpenFlags.READ_ONLY).handle();
        filesystem.readDirectory(Names.FILE.parent(), 1 << 20);
        FileHandle file = filesystem.open(Names.FILE, OpenFlags.READ_ONLY).handle();
        drive.beforeNextRead(() -> {
            try {
                change.run(filesystem);
                change.run(truth);
                drive.reuse();
            } catch (GuestFilesystemException e) {
                throw new AssertionError(e);
            }
        });

        assertThat(read(filesystem, file)).isEqualTo(read(truth, same));
        assertThat(drive.bytesRead()).isEqualTo(BYTES);
    }

    @ParameterizedTest
    @EnumSource(names = "MODE")
    void itGoesOnBeingReadFromThereOtherwise(ContentChange change) throws GuestFilesystemException {
        filesystem.readDirectory(Names.FILE.parent(), 1 << 20);
        FileHandle file = filesystem.open(Names.FILE, OpenFlags.READ_ONLY).handle();
        byte[] before = read(filesystem, file);
        change.run(filesystem);

        assertThat(read(filesystem, file)).isEqualTo(before);
        assertThat(drive.bytesRead()).isEqualTo(2 * BYTES);
    }
}
