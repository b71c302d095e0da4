package org.guestmount.core.fs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Recording changes nothing, and tells all. */
final class RecordingGuestFilesystemTest extends GuestFilesystemContract {
    @Override
    protected GuestFilesystem openFilesystem() {
        return new RecordingGuestFilesystem(new InMemoryGuestFilesystem());
    }

    @Test
    void operationsAreRecordedWithWhatTheyAreDoneOn() throws Exception {
        RecordingGuestFilesystem recording = new RecordingGuestFilesystem(new InMemoryGuestFilesystem());
        GuestPath path = GuestPath.of("/file");

        FileHandle file = recording
                .create(path, OpenFlags.READ_WRITE, 0644, Credentials.ROOT)
                .handle();
        recording.write(file, 3, ByteBuffer.allocate(4));
        recording.rename(path, GuestPath.of("/other"), RenameMode.REPLACE);
        recording.release(file);
        assertFails(Errno.EBADF, () -> recording.flush(file));

        assertThat(recording.take())
                .containsExactly(
                        "create /file", "write /file 3+4", "rename /file /other", "release /file", "flush " + file);
        assertThat(recording.operations()).isEmpty();
    }

    @Test
    void everyPartOfAListingIsRecordedAsTheDirectory() throws Exception {
        InMemoryGuestFilesystem backend = new InMemoryGuestFilesystem();
        RecordingGuestFilesystem recording = new RecordingGuestFilesystem(backend);
        backend.mkdir(GuestPath.of("/a"), 0755, Credentials.ROOT);
        backend.mkdir(GuestPath.of("/b"), 0755, Credentials.ROOT);

        DirectoryChunk chunk = recording.readDirectory(GuestPath.ROOT, 1);
        while (chunk.next() != null) {
            chunk = recording.readDirectory(chunk.next(), 1);
        }

        assertThat(recording.take()).containsExactly("readDirectory /", "readDirectory /");
        assertThat(backend.openHandles()).isZero();
    }
}
