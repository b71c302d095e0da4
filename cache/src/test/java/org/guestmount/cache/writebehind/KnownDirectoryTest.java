package org.guestmount.cache.writebehind;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.RenameMode;
import org.guestmount.core.fs.Timestamp;
import org.guestmount.core.fs.XattrMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@link DraftFilesystem} knows of directories, and puts off of them. */
class KnownDirectoryTest extends DraftSupport {
    @Test
    void attributesOfADirectoryAreSetAfterWhatWasMadeInIt() throws Exception {
        FileHandle open = createDraft(SECOND);
        makeDraft(DRAFT);
        drafts.setattr(DIRECTORY, OLD);
        drafts.setattr(DIRECTORY, AttributeChange.ofMode(0700));
        makeDraft(GuestPath.of("/letters/file"));

        FileAttributes attributes =
                finish(inBackground(() -> drafts.lookup(DIRECTORY).attributes()));

        assertThat(attributes.provisional()).isFalse();
        assertThat(attributes.modified()).isEqualTo(new Timestamp(3, 4));
        assertThat(attributes.mode()).isEqualTo(040700);
        assertThat(memory.getattr(DIRECTORY)).isEqualTo(attributes);
        assertThat(open).isNotNull();
    }

    @Test
    void attributesOfADirectoryAreForetoldWhileSomethingWaitsInIt() throws Exception {
        FileAttributes before = memory.getattr(DIRECTORY);
        makeDraft(DRAFT);

        FileAttributes filled = drafts.getattr(DIRECTORY);
        drafts.setattr(DIRECTORY, OLD);
        FileAttributes dated = drafts.getattr(DIRECTORY);
        drafts.setattr(DIRECTORY, new AttributeChange(null, 5, 6, 0700, null, null));
        FileAttributes changed = drafts.getattr(DIRECTORY);

        assertThat(backend.take()).isEmpty();
        assertThat(filled.provisional()).isTrue();
        assertThat(filled.key()).isEqualTo(before.key());
        assertThat(filled.mode()).isEqualTo(before.mode());
        assertThat(filled.modified().toInstant())
                .isAfterOrEqualTo(before.modified().toInstant());
        assertThat(filled.changed()).isEqualTo(filled.modified());
        assertThat(dated.modified()).isEqualTo(new Timestamp(3, 4));
        sync();
        FileAttributes after = memory.getattr(DIRECTORY);
        assertThat(changed.mode()).isEqualTo(after.mode()).isEqualTo(040700);
        assertThat(changed.uid()).isEqualTo(after.uid()).isEqualTo(5);
        assertThat(changed.gid()).isEqualTo(after.gid()).isEqualTo(6);
        assertThat(changed.links()).isEqualTo(after.links());
        assertThat(changed.accessed()).isEqualTo(after.accessed());
        assertThat(changed.modified()).isEqualTo(after.modified());
        assertThat(drafts.getattr(DIRECTORY)).isEqualTo(after);
    }

    @Test
    void linksOfADirectoryAreForetoldOnceTheFilesystemHasShownHowItCounts() throws Exception {
        drafts.mkdir(DIRECTORY.resolve("one"), 0755, Credentials.ROOT);
        makeDraft(DRAFT);
        drafts.mkdir(DIRECTORY.resolve("two"), 0755, Credentials.ROOT);
        drafts.symlink("target", DIRECTORY.resolve("link"), Credentials.ROOT);
        backend.take();

        FileAttributes foretold = drafts.getattr(DIRECTORY);

        assertThat(backend.take()).isEmpty();
        assertThat(foretold.provisional()).isTrue();
        sync();
        assertThat(foretold.links()).isEqualTo(memory.getattr(DIRECTORY).links());
    }

    static Stream<Use> unforeseeable() {
        GuestPath below = DIRECTORY.resolve("below");
        return Stream.of(
                filesystem -> filesystem.rmdir(below),
                filesystem -> filesystem.rename(below, OTHER, RenameMode.REPLACE),
                filesystem -> filesystem.rename(GuestPath.of("/letters"), below, RenameMode.REPLACE),
                filesystem -> filesystem.create(
                        DIRECTORY.resolve("known"), new OpenFlags(OpenFlags.RDWR), 0600, Credentials.ROOT),
                filesystem ->
                        filesystem.setxattr(DIRECTORY, ACCESS_LIST, accessList(7, 0, 0), XattrMode.CREATE_OR_REPLACE),
                filesystem -> filesystem.removexattr(DIRECTORY, "user.a"));
    }

    @ParameterizedTest
    @MethodSource("unforeseeable")
    void attributesOfADirectoryAreAskedForAfterWhatMayHaveChangedThemOtherwise(Use change) throws Exception {
        drafts.mkdir(DIRECTORY.resolve("below"), 0755, Credentials.ROOT);
        drafts.mknod(DIRECTORY.resolve("known"), 0100600, 0, Credentials.ROOT);
        drafts.setxattr(DIRECTORY, "user.a", new byte[1], XattrMode.CREATE);
        drafts.getattr(DIRECTORY);
        finish(inBackground(() -> {
            change.of(drafts);
            return "done";
        }));
        makeDraft(DRAFT);

        assertWaits(filesystem -> filesystem.getattr(DIRECTORY));
    }

    @Test
    void timesOfADirectoryThatNobodyHasAskedForAreNotGuessedAgain() throws Exception {
        makeDraft(DRAFT);
        sync();
        makeDraft(SECOND);

        assertWaits(filesystem -> filesystem.getattr(DIRECTORY));
        makeDraft(DIRECTORY.resolve("third"));
        assertThat(drafts.getattr(DIRECTORY).provisional()).isTrue();
        sync();
    }

    @Test
    void whatIsMadeInADirectoryAfterItsAttributesWereSetChangesThem() throws Exception {
        drafts.setattr(DIRECTORY, AttributeChange.ofMode(0700));
        for (Use change : List.<Use>of(
                filesystem -> makeDraft(DRAFT),
                filesystem -> filesystem.mkdir(DIRECTORY.resolve("below"), 0755, Credentials.ROOT),
                filesystem -> filesystem.symlink("x", DIRECTORY.resolve("link"), Credentials.ROOT),
                filesystem -> filesystem.unlink(DIRECTORY.resolve("link")),
                filesystem -> filesystem.create(DIRECTORY.resolve("odd:"), NEW, 0600, Credentials.ROOT))) {
            drafts.setattr(DIRECTORY, OLD);
            finish(inBackground(() -> {
                change.of(drafts);
                return "done";
            }));

            sync();

            Timestamp modified = memory.getattr(DIRECTORY).modified();
            assertThat(Instant.ofEpochSecond(modified.seconds())).isAfter(Instant.ofEpochSecond(1_000_000));
        }
    }

    @Test
    void aRemovedDirectoryIsNoLongerKnown() throws Exception {
        GuestPath below = DIRECTORY.resolve("below");
        drafts.mkdir(below, 0755, Credentials.ROOT);
        finish(inBackground(() -> {
            drafts.rename(DIRECTORY, OTHER, RenameMode.REPLACE);
            return "done";
        }));
        backend.take();

        assertFails(Errno.ENOENT, () -> drafts.create(below.resolve("file"), NEW, 0600, Credentials.ROOT));
    }
}
