package org.guestmount.cache.writebehind;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InodeKey;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.RenameMode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Removals that {@link DraftFilesystem} puts off. */
class DraftRemovalTest extends DraftSupport {
    private static final GuestPath OLD_DIRECTORY = GuestPath.of("/old");

    /** What is known, but for the attributes of one directory. */
    private record Doubts(Knowledge known, GuestPath directory, UnaryOperator<FileAttributes> of) implements Knowledge {
        @Override
        public @Nullable FileAttributes knownAttributes(GuestPath path) {
            FileAttributes attributes = known.knownAttributes(path);
            return attributes != null && path.equals(directory) ? of.apply(attributes) : attributes;
        }

        @Override
        public boolean knowsMissing(GuestPath path) {
            return known.knowsMissing(path);
        }

        @Override
        public @Nullable List<String> knownNames(GuestPath path) {
            return known.knownNames(path);
        }

        @Override
        public boolean isOpen(InodeKey inode) {
            return known.isOpen(inode);
        }
    }

    @BeforeEach
    void lookAtTheRoot() throws GuestFilesystemException {
        drafts.getattr(GuestPath.ROOT);
        backend.take();
    }

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

    /** One that was there before, with two files, all looked up. */
    private void makeOld() throws GuestFilesystemException {
        memory.mkdir(OLD_DIRECTORY, 0755, Credentials.ROOT);
        for (String name : List.of("first", "next")) {
            GuestPath path = OLD_DIRECTORY.resolve(name);
            memory.release(memory.create(path, NEW, 0644, Credentials.ROOT).handle());
            drafts.lookup(path);
        }
        backend.take();
    }

    @Test
    void filesOfAnOldDirectoryAreRemovedLater() throws Exception {
        makeOld();

        drafts.unlink(OLD_DIRECTORY.resolve("first"));

        assertThat(backend.take()).noneMatch(call -> call.startsWith("unlink"));
        sync();
        assertFails(Errno.ENOENT, () -> memory.getattr(OLD_DIRECTORY.resolve("first")));
    }

    @Test
    void theFirstRemovalWaitsWhereADirectoryMayRefuseIt() throws Exception {
        makeOld();
        DraftFilesystem wary = new DraftFilesystem(
                cached, new Doubts(cached, OLD_DIRECTORY, DraftRemovalTest::unremovable), nanoTime::get);

        wary.unlink(OLD_DIRECTORY.resolve("first"));
        assertThat(backend.take()).anyMatch(call -> call.startsWith("unlink"));
        wary.unlink(OLD_DIRECTORY.resolve("next"));
        assertThat(backend.take()).noneMatch(call -> call.startsWith("unlink"));
        sync(wary);
        assertFails(Errno.ENOENT, () -> memory.getattr(OLD_DIRECTORY.resolve("next")));
    }

    @Test
    void aRemovalDoesNotTellThatFilesCanBeMade() throws Exception {
        makeOld();
        drafts.unlink(OLD_DIRECTORY.resolve("first"));
        sync();
        assertFails(Errno.ENOENT, () -> drafts.lookup(OLD_DIRECTORY.resolve("made")));
        backend.take();

        createDraft(OLD_DIRECTORY.resolve("made"));
        assertThat(backend.take()).anyMatch(call -> call.startsWith("create"));
        assertFails(Errno.ENOENT, () -> drafts.lookup(OLD_DIRECTORY.resolve("more")));
        createDraft(OLD_DIRECTORY.resolve("more"));
        assertThat(backend.take()).noneMatch(call -> call.startsWith("create"));
    }

    private static FileAttributes unremovable(FileAttributes known) {
        return changed(known, known.device(), false);
    }

    private static FileAttributes elsewhere(FileAttributes known) {
        return changed(known, known.device() + 1, known.removable());
    }

    private static FileAttributes changed(FileAttributes known, long device, boolean removable) {
        return new FileAttributes(
                device,
                known.inode(),
                known.mode(),
                known.links(),
                known.uid(),
                known.gid(),
                known.rdev(),
                known.size(),
                known.blocks(),
                known.blockSize(),
                known.accessed(),
                known.modified(),
                known.changed(),
                known.provisional(),
                removable);
    }

    private static void list(GuestFilesystem filesystem, GuestPath directory) throws GuestFilesystemException {
        FileReference next = directory;
        while (next != null) {
            next = filesystem.readDirectory(next, 1 << 16).next();
        }
    }

    @Test
    void anEmptiedDirectoryIsRemovedWithWhatWasInIt() throws Exception {
        makeOld();
        list(drafts, OLD_DIRECTORY);
        backend.take();

        drafts.unlink(OLD_DIRECTORY.resolve("first"));
        drafts.unlink(OLD_DIRECTORY.resolve("next"));
        drafts.rmdir(OLD_DIRECTORY);

        assertThat(backend.take()).noneMatch(call -> call.contains("rmdir") || call.contains("Rmdir"));
        sync();
        assertThat(backend.take())
                .anyMatch(call -> call.endsWith("Unlink /old/first Unlink /old/next Rmdir /old"))
                .noneMatch(call -> call.startsWith("rmdir"));
        assertFails(Errno.ENOENT, () -> memory.getattr(OLD_DIRECTORY));
        assertFails(Errno.ENOENT, () -> drafts.getattr(OLD_DIRECTORY));
    }

    @Test
    void aWholeTreeIsRemovedWithoutWaiting() throws Exception {
        GuestPath inner = DIRECTORY.resolve("inner");
        drafts.mkdir(inner, 0755, Credentials.ROOT);
        makeDraft(inner.resolve("file"));
        sync();
        list(drafts, DIRECTORY);
        list(drafts, inner);
        backend.take();

        drafts.unlink(inner.resolve("file"));
        drafts.rmdir(inner);
        drafts.unlink(DIRECTORY.resolve("first"));
        drafts.rmdir(DIRECTORY);

        assertThat(backend.take()).noneMatch(call -> call.contains("link") || call.contains("rmdir"));
        sync();
        assertFails(Errno.ENOENT, () -> memory.getattr(DIRECTORY));
    }

    @Test
    void aDirectoryThatMayNotBeEmptyIsRemovedAtOnce() throws Exception {
        makeOld();
        drafts.unlink(OLD_DIRECTORY.resolve("first"));
        assertFails(Errno.ENOTEMPTY, () -> finish(inBackground(() -> removed(drafts, OLD_DIRECTORY))));

        list(drafts, OLD_DIRECTORY);
        assertFails(Errno.ENOTEMPTY, () -> drafts.rmdir(OLD_DIRECTORY));

        list(drafts, DIRECTORY);
        drafts.unlink(DIRECTORY.resolve("first"));
        createDraft(DRAFT);
        assertFails(Errno.ENOTEMPTY, () -> finish(inBackground(() -> removed(drafts, DIRECTORY))));
        assertThat(finish(inBackground(() -> drafts.getattr(DRAFT))).size()).isZero();
    }

    @Test
    void aMountpointIsNotRemovedLater() throws Exception {
        makeOld();
        list(drafts, OLD_DIRECTORY);
        DraftFilesystem wary = new DraftFilesystem(
                cached, new Doubts(cached, OLD_DIRECTORY, DraftRemovalTest::elsewhere), nanoTime::get);
        for (String name : List.of("first", "next")) {
            wary.unlink(OLD_DIRECTORY.resolve(name));
        }
        backend.take();

        finish(inBackground(() -> removed(wary, OLD_DIRECTORY)));

        assertThat(backend.take()).contains("rmdir /old");
    }

    private static GuestPath removed(GuestFilesystem filesystem, GuestPath directory) throws GuestFilesystemException {
        filesystem.rmdir(directory);
        return directory;
    }

    static Stream<Use> observersOfARemovedDirectory() {
        return Stream.of(
                filesystem -> filesystem.getattr(DIRECTORY),
                filesystem -> filesystem.lookup(DRAFT),
                filesystem -> filesystem.create(DRAFT, NEW, 0600, Credentials.ROOT),
                filesystem -> filesystem.mkdir(DRAFT, 0700, Credentials.ROOT),
                filesystem -> filesystem.mkdir(DIRECTORY, 0700, Credentials.ROOT),
                filesystem -> filesystem.readDirectory(DIRECTORY, 4096),
                filesystem -> filesystem.readDirectory(GuestPath.ROOT, 4096),
                filesystem -> filesystem.getattr(GuestPath.ROOT),
                filesystem -> filesystem.symlink("target", DIRECTORY, Credentials.ROOT),
                filesystem -> filesystem.rename(DIRECTORY, GuestPath.of("/new"), RenameMode.NO_REPLACE),
                filesystem -> filesystem.rmdir(DIRECTORY),
                filesystem -> filesystem.statfs(GuestPath.ROOT));
    }

    @ParameterizedTest
    @MethodSource("observersOfARemovedDirectory")
    void whoeverCouldMissARemovedDirectoryWaitsForIt(Use observer) throws Exception {
        list(drafts, DIRECTORY);
        drafts.unlink(DIRECTORY.resolve("first"));
        drafts.rmdir(DIRECTORY);

        assertWaits(observer, Errno.ENOENT);
    }

    @Test
    void listingsElsewhereDoNotWait() throws Exception {
        makeFiles();
        drafts.unlink(DRAFT);

        list(drafts, GuestPath.of("/letters"));

        assertThat(memory.getattr(DRAFT).size()).isEqualTo(4);
        sync();
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
