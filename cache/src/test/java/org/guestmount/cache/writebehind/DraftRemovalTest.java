package org.guestmount.cache.writebehind;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.RenameMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Removals that {@link DraftFilesystem} puts off. */
class DraftRemovalTest extends DraftSupport {
    private void makeFiles() throws GuestFilesystemException {
        makeDraft(DRAFT);
        makeDraft(SECOND);
        sync();
        backend.take();
    }

    @Test
    void filesAreRemovedTogetherLater() throws Exception {
        makeFiles();

        drafts.unlink(DRAFT);
        drafts.unlink(SECOND);

        assertThat(backend.take()).isEmpty();
        sync();
        assertThat(backend.take()).anyMatch(call -> call.contains("Unlink " + DRAFT + " Unlink " + SECOND));
        assertFails(Errno.ENOENT, () -> memory.getattr(DRAFT));
        assertFails(Errno.ENOENT, () -> memory.getattr(SECOND));
    }

    @Test
    void aRemovalShowsInTheTimesOfItsDirectoryBeforeItIsDone() throws Exception {
        makeFiles();
        FileAttributes before = drafts.getattr(DIRECTORY);
        nanoTime.addAndGet(500_000_000);
        backend.take();

        drafts.unlink(DRAFT);
        FileAttributes after = drafts.getattr(DIRECTORY);

        assertThat(backend.take()).isEmpty();
        assertThat(after.provisional()).isTrue();
        assertThat(after.modified().toInstant()).isAfter(before.modified().toInstant());
        assertThat(after.links()).isEqualTo(before.links());
        sync();
    }

    static Stream<Use> observersOfARemoval() {
        return Stream.of(
                filesystem -> filesystem.getattr(DRAFT),
                filesystem -> filesystem.lookup(DRAFT),
                filesystem -> filesystem.open(DRAFT, OpenFlags.READ_ONLY),
                filesystem -> filesystem.create(DRAFT, NEW, 0600, Credentials.ROOT),
                filesystem -> filesystem.setattr(DRAFT, AttributeChange.ofMode(0)),
                filesystem -> filesystem.listxattr(DRAFT),
                filesystem -> filesystem.readDirectory(DIRECTORY, 4096),
                filesystem -> filesystem.unlink(DRAFT),
                filesystem -> filesystem.mkdir(DRAFT, 0700, Credentials.ROOT),
                filesystem -> filesystem.symlink("target", DRAFT, Credentials.ROOT),
                filesystem -> filesystem.rename(SECOND, DRAFT, RenameMode.NO_REPLACE),
                filesystem -> filesystem.link(SECOND, DRAFT),
                filesystem -> filesystem.rmdir(DIRECTORY),
                filesystem -> filesystem.statfs(GuestPath.ROOT),
                filesystem -> filesystem.fsync(DIRECTORY, false),
                filesystem -> filesystem.sync(),
                filesystem -> filesystem.close());
    }

    @ParameterizedTest
    @MethodSource("observersOfARemoval")
    void whoeverCouldMissARemovalWaitsForIt(Use observer) throws Exception {
        makeFiles();
        drafts.unlink(DRAFT);

        assertWaits(observer, Errno.ENOENT, Errno.ENOTEMPTY);
    }

    @Test
    void whatMayBeMissedOtherwiseIsRemovedAtOnce() throws Exception {
        makeFiles();
        GuestPath linked = DIRECTORY.resolve("linked");
        GuestPath large = DIRECTORY.resolve("large");
        finish(inBackground(() -> drafts.link(DRAFT, linked)));
        FileHandle file = createDraft(large);
        finish(inBackground(() -> drafts.write(file, 0, ByteBuffer.allocate(MIB))));
        finish(inBackground(() -> drafts.write(file, MIB, bytes("more"))));
        finish(inBackground(() -> {
            drafts.release(file);
            drafts.sync();
            return drafts.lookup(large);
        }));
        backend.take();

        for (GuestPath path : List.of(linked, large)) {
            drafts.unlink(path);
            assertThat(backend.take()).anyMatch(call -> call.startsWith("unlink"));
        }
    }

    @Test
    void theFirstRemovalFromAnOldDirectoryWaits() throws Exception {
        GuestPath old = GuestPath.of("/old");
        memory.mkdir(old, 0755, Credentials.ROOT);
        for (String name : List.of("first", "next")) {
            memory.release(memory.create(old.resolve(name), NEW, 0644, Credentials.ROOT)
                    .handle());
            drafts.lookup(old.resolve(name));
        }
        backend.take();

        drafts.unlink(old.resolve("first"));
        assertThat(backend.take()).anyMatch(call -> call.startsWith("unlink"));
        drafts.unlink(old.resolve("next"));
        assertThat(backend.take()).noneMatch(call -> call.startsWith("unlink"));
        sync();
        assertFails(Errno.ENOENT, () -> memory.getattr(old.resolve("next")));
    }

    @Test
    void aRemovalThatFailsIsReported() throws Exception {
        makeFiles();
        drafts.unlink(DRAFT);
        guest.fail(Errno.EIO);

        assertFails(Errno.EIO, this::sync);

        guest.fail(null);
        assertThat(finish(inBackground(() -> drafts.getattr(DRAFT))).size()).isEqualTo(4);
        assertFails(Errno.EIO, this::close);
    }
}
