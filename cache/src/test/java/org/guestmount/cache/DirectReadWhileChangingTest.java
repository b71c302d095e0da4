package org.guestmount.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.guestmount.cache.ContentChange.Names;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.OpenFlags;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A file changes while it is read from the drive, and its blocks become another file's at once. */
class DirectReadWhileChangingTest {
    private static final int FILES = 4;
    private static final int FIRST_BYTES = 100_000;

    /** Of the file that changes. */
    private static final int BYTES = FIRST_BYTES + 1;

    private final OnDriveFilesystem drive = new OnDriveFilesystem(ContentChange.newTree(FILES, FIRST_BYTES));
    private final CachingFilesystem cached = new CachingFilesystem(drive, CacheConfig.DEFAULT);
    private final GuestFilesystem filesystem = PrefetchingFilesystem.writable(cached, cached, drive);

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
        GuestFilesystem truth = ContentChange.newTree(FILES, FIRST_BYTES);
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

    @Test
    void itGoesOnBeingReadFromThereOtherwise() throws GuestFilesystemException {
        filesystem.readDirectory(Names.FILE.parent(), 1 << 20);
        FileHandle file = filesystem.open(Names.FILE, OpenFlags.READ_ONLY).handle();
        byte[] before = read(filesystem, file);
        ContentChange.MODE.run(filesystem);

        assertThat(read(filesystem, file)).isEqualTo(before);
        assertThat(drive.bytesRead()).isEqualTo(2 * BYTES);
    }
}
