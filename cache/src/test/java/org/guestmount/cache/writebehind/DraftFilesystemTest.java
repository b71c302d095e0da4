package org.guestmount.cache.writebehind;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.AttributeChange.TimeChange;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.RenameMode;
import org.guestmount.core.fs.SeekTarget;
import org.guestmount.core.fs.Timestamp;
import org.guestmount.core.fs.XattrMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DraftFilesystemTest extends DraftSupport {
    private static final OpenFlags PLAIN = new OpenFlags(OpenFlags.WRONLY);

    /** As {@code cp -a} and {@code tar --acls} set one, before the file is closed or after. */
    @Test
    void anAccessListOfPermissionsIsAChmod() throws Exception {
        FileHandle first = createDraft(SECOND);
        finish(inBackground(() -> {
            drafts.setxattr(SECOND, ACCESS_LIST, accessList(6, 0, 0), XattrMode.CREATE_OR_REPLACE);
            drafts.release(first);
            drafts.sync();
            return true;
        }));
        backend.take();

        FileHandle file = createDraft(DRAFT);
        drafts.setxattr(file, ACCESS_LIST, accessList(7, 5, 0), XattrMode.CREATE_OR_REPLACE);
        drafts.release(file);
        drafts.setxattr(DRAFT, ACCESS_LIST, accessList(6, 4, 0), XattrMode.CREATE_OR_REPLACE);

        assertThat(finish(inBackground(() -> drafts.getattr(DRAFT).mode()))).isEqualTo(0100640);
        assertThat(backend.take()).noneMatch(request -> request.startsWith("setxattr"));
        assertThat(memory.listxattr(DRAFT)).isEmpty();
    }

    @Test
    void whatIsDoneToANewFileAsksTheGuestNothing() throws Exception {
        FileHandle file = createDraft(DRAFT);
        drafts.write(file, 0, bytes("some"));
        assertFails(Errno.ENODATA, () -> drafts.getxattr(DRAFT, "security.capability"));
        drafts.write(file, 4, bytes(" text"));
        FileAttributes attributes =
                drafts.setattr(DRAFT, new AttributeChange(null, 7, 7, 0640, null, new TimeChange(new Timestamp(3, 4))));
        drafts.flush(file);
        drafts.release(file);
        FileAttributes later = drafts.setattr(DRAFT, AttributeChange.ofMode(0644));

        assertThat(backend.take()).isEmpty();
        assertThat(attributes.hasInode()).isFalse();
        assertThat(attributes.size()).isEqualTo(9);
        assertThat(later.mode()).isEqualTo(0100644);
        sync();
        FileAttributes made = memory.getattr(DRAFT);
        assertThat(content(DRAFT)).isEqualTo("some text");
        assertThat(made.mode()).isEqualTo(0100644);
        assertThat(made.uid()).isEqualTo(7);
        assertThat(made.modified()).isEqualTo(new Timestamp(3, 4));
    }

    @Test
    void whatIsWrittenAfterAChangeOfModeOrOwnerIsPutOffToo() throws Exception {
        FileHandle file = createDraft(DRAFT);
        drafts.setattr(file, new AttributeChange(null, 7, 7, 0600, null, null));
        drafts.write(file, 0, bytes("text"));
        drafts.release(file);

        assertThat(backend.take()).isEmpty();
        sync();
        assertThat(content(DRAFT)).isEqualTo("text");
        assertThat(memory.getattr(DRAFT).mode()).isEqualTo(0100600);
        assertThat(memory.getattr(DRAFT).uid()).isEqualTo(7);
    }

    static Stream<AttributeChange> changesThatWritingUndoes() {
        return Stream.of(
                AttributeChange.ofMode(04755),
                AttributeChange.ofMode(02755),
                AttributeChange.ofTimes(null, new TimeChange(new Timestamp(3, 4))));
    }

    @ParameterizedTest
    @MethodSource("changesThatWritingUndoes")
    void whatIsWrittenAfterAChangeThatItUndoesIsNotPutOff(AttributeChange change) throws Exception {
        FileHandle file = createDraft(DRAFT);
        drafts.setattr(file, change);
        finish(inBackground(() -> drafts.write(file, 0, bytes("text"))));

        assertThat(backend.take()).anyMatch(call -> call.startsWith("create"));
    }

    @Test
    void manyFilesAreMadeWithOneRequest() throws Exception {
        for (int i = 0; i < 16; i++) {
            makeDraft(DIRECTORY.resolve("file" + i));
        }

        awaitHeld(1);
        assertThat(guest.held()).isEqualTo(1);
        guest.doHeld();
        for (int i = 0; i < 16; i++) {
            assertThat(content(DIRECTORY.resolve("file" + i))).isEqualTo("text");
        }
        sync();
    }

    static Stream<Use> observers() {
        return Stream.of(
                filesystem -> filesystem.getattr(DRAFT),
                filesystem -> filesystem.lookup(DRAFT),
                filesystem -> filesystem.lookup(DIRECTORY),
                filesystem -> filesystem.open(DRAFT, OpenFlags.READ_ONLY),
                filesystem -> filesystem.create(DRAFT, PLAIN, 0600, Credentials.ROOT),
                filesystem -> filesystem.setattr(DRAFT, AttributeChange.ofSize(1)),
                filesystem -> filesystem.getxattr(DRAFT, "security.selinux"),
                filesystem -> filesystem.listxattr(DRAFT),
                filesystem -> filesystem.setxattr(DRAFT, "user.a", new byte[1], XattrMode.CREATE),
                filesystem -> filesystem.readDirectory(DIRECTORY, 4096),
                filesystem -> filesystem.readSmallFiles(DIRECTORY, List.of("draft")),
                filesystem -> filesystem.listTrees(List.of(DIRECTORY), false, 1),
                filesystem -> filesystem.mapSmallFiles(DIRECTORY, List.of("draft")),
                filesystem -> filesystem.unlink(DRAFT),
                filesystem -> filesystem.mkdir(DRAFT, 0700, Credentials.ROOT),
                filesystem -> filesystem.mknod(DRAFT, 0010600, 0, Credentials.ROOT),
                filesystem -> filesystem.symlink("target", DRAFT, Credentials.ROOT),
                filesystem -> filesystem.readlink(DRAFT),
                filesystem -> filesystem.rename(DRAFT, SECOND, RenameMode.REPLACE),
                filesystem -> filesystem.rename(DIRECTORY, OTHER, RenameMode.REPLACE),
                filesystem -> filesystem.link(DRAFT, SECOND),
                filesystem -> filesystem.rmdir(DIRECTORY),
                filesystem -> filesystem.statfs(GuestPath.ROOT),
                filesystem -> filesystem.fsync(DIRECTORY, false),
                filesystem -> filesystem.fsync(DRAFT, true),
                filesystem -> filesystem.sync(),
                filesystem -> filesystem.close());
    }

    @ParameterizedTest
    @MethodSource("observers")
    void whoeverCouldTellTheDifferenceWaits(Use observer) throws Exception {
        makeDraft(DRAFT);

        assertWaits(observer, Errno.EEXIST, Errno.ENOTEMPTY, Errno.ENODATA, Errno.EINVAL);
    }

    @Test
    void aSmallFileIsCopiedIntoADraft() throws Exception {
        GuestPath path = GuestPath.of("/source");
        FileHandle made = memory.create(path, OpenFlags.READ_WRITE, 0644, Credentials.ROOT)
                .handle();
        memory.write(made, 0, bytes("contents"));
        FileHandle source = drafts.open(path, OpenFlags.READ_ONLY).handle();
        FileHandle file = createDraft(DRAFT);
        backend.take();

        assertThat(drafts.copyRange(source, 3, file, 0, 1 << 30)).isEqualTo(5);
        assertThat(drafts.copyRange(source, 8, file, 5, 1 << 30)).isZero();
        drafts.release(file);

        assertThat(backend.take()).noneMatch(request -> request.startsWith("copy") || request.startsWith("create"));
        finish(inBackground(() -> {
            drafts.sync();
            return "done";
        }));
        ByteBuffer read = ByteBuffer.allocate(100);
        memory.read(memory.open(DRAFT, OpenFlags.READ_ONLY).handle(), 0, read);
        assertThat(new String(read.array(), 0, read.position(), StandardCharsets.US_ASCII))
                .isEqualTo("tents");
    }

    /** Something done with a file that is open. */
    @FunctionalInterface
    interface HandleUse {
        void of(GuestFilesystem filesystem, FileHandle file) throws GuestFilesystemException;
    }

    static Stream<HandleUse> usesOfAnOpenFile() {
        return Stream.of(
                (filesystem, file) -> filesystem.getattr(file),
                (filesystem, file) -> filesystem.getattr(DRAFT),
                (filesystem, file) -> filesystem.read(file, 0, ByteBuffer.allocate(1)),
                (filesystem, file) -> filesystem.write(file, 100, bytes("far")),
                (filesystem, file) -> filesystem.write(file, 4, ByteBuffer.allocate(MIB)),
                (filesystem, file) -> filesystem.seek(file, 0, SeekTarget.DATA),
                (filesystem, file) -> filesystem.mapExtents(file, 0),
                (filesystem, file) -> filesystem.fallocate(file, 0, 0, 100),
                (filesystem, file) -> filesystem.copyRange(file, 0, file, 8, 2),
                (filesystem, file) -> filesystem.setattr(file, AttributeChange.ofSize(8)),
                (filesystem, file) -> filesystem.setattr(DIRECTORY, OLD),
                (filesystem, file) -> filesystem.fsync(file, false));
    }

    @ParameterizedTest
    @MethodSource("usesOfAnOpenFile")
    void anOpenFileIsMadeWhenItHasToBe(HandleUse use) throws Exception {
        FileHandle file = createDraft(DRAFT);
        drafts.write(file, 0, bytes("text"));

        finish(inBackground(() -> {
            use.of(drafts, file);
            drafts.write(file, 0, bytes("next"));
            drafts.flush(file);
            drafts.release(file);
            drafts.sync();
            return "done";
        }));

        assertThat(memory.open(DRAFT, OpenFlags.READ_ONLY).attributes().size()).isGreaterThanOrEqualTo(4);
        ByteBuffer read = ByteBuffer.allocate(4);
        memory.read(memory.open(DRAFT, OpenFlags.READ_ONLY).handle(), 0, read);
        assertThat(new String(read.array(), StandardCharsets.US_ASCII)).isEqualTo("next");
        assertFails(Errno.EBADF, () -> drafts.read(file, 0, ByteBuffer.allocate(1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"colon:", "stra\u00DFe", "tab\t", "quote\"", "back\\slash", "star*"})
    void aNameThatSomeFilesystemRefusesIsAskedFor(String name) throws Exception {
        drafts.create(DIRECTORY.resolve(name), NEW, 0600, Credentials.ROOT);

        assertThat(backend.take()).anyMatch(call -> call.startsWith("create"));
    }

    @Test
    void filesAreMadeAtOnceWhereNoneWasMadeYet() throws Exception {
        memory.mkdir(GuestPath.of("/old"), 0755, Credentials.ROOT);
        GuestPath path = GuestPath.of("/old/file");
        assertFails(Errno.ENOENT, () -> drafts.lookup(path));
        backend.take();

        drafts.create(path, NEW, 0600, Credentials.ROOT);
        assertThat(backend.take()).anyMatch(call -> call.startsWith("create"));
        GuestPath next = GuestPath.of("/old/next");
        assertFails(Errno.ENOENT, () -> drafts.lookup(next));
        backend.take();
        drafts.create(next, NEW, 0600, Credentials.ROOT);
        assertThat(backend.take()).noneMatch(call -> call.startsWith("create"));
    }

    @ParameterizedTest
    @ValueSource(ints = {OpenFlags.SYNC, OpenFlags.DSYNC, OpenFlags.APPEND})
    void whoWantsToBeSureIsMadeToWait(int flag) throws Exception {
        drafts.create(DRAFT, new OpenFlags(OpenFlags.RDWR | OpenFlags.EXCL | flag), 0600, Credentials.ROOT);

        assertThat(backend.take()).anyMatch(call -> call.startsWith("create"));
    }

    @Test
    void nearTheEndOfTheFilesystemNothingIsPutOff() throws Exception {
        guest.setAvailable(MIB);
        nanoTime.addAndGet(2_000_000_000);

        createDraft(DRAFT);

        assertThat(backend.take()).anyMatch(call -> call.startsWith("create"));
    }

    @Test
    void whatIsFoundInTheWayIsWrittenOverIfItMayBe() throws Exception {
        FileHandle file = drafts.create(DRAFT, PLAIN, 0600, Credentials.ROOT).handle();
        drafts.write(file, 0, bytes("new"));
        drafts.flush(file);
        drafts.release(file);
        memory.release(memory.create(DRAFT, NEW, 0644, Credentials.ROOT).handle());

        sync();

        assertThat(content(DRAFT)).isEqualTo("new");
    }

    @Test
    void whatMayNotBeWrittenOverIsReported() throws Exception {
        makeDraft(DRAFT);
        FileHandle other = memory.create(DRAFT, NEW, 0644, Credentials.ROOT).handle();
        memory.write(other, 0, bytes("other"));
        memory.release(other);

        assertFails(Errno.EEXIST, this::sync);

        sync();
        assertThat(content(DRAFT)).isEqualTo("other");
        assertFails(Errno.EEXIST, this::close);
    }

    @Test
    void aFailureIsReportedByTheNextFsyncAndInTheEnd() throws Exception {
        makeDraft(DRAFT);
        makeDraft(SECOND);
        guest.fail(Errno.EDQUOT);

        assertFails(Errno.EDQUOT, this::sync);

        guest.fail(null);
        sync();
        assertFails(Errno.EDQUOT, this::close);
    }

    @Test
    void aFileThatStaysOpenIsMadeWhenItIsOld() throws Exception {
        FileHandle file = createDraft(DRAFT);
        drafts.write(file, 0, bytes("text"));

        nanoTime.addAndGet(1_000_000_000);
        finish(inBackground(() -> {
            drafts.tick();
            return "done";
        }));

        assertThat(memory.getattr(DRAFT).links()).isEqualTo(1);
        sync();
        assertThat(content(DRAFT)).isEqualTo("text");
    }
}
