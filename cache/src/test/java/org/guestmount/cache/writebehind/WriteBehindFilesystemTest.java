package org.guestmount.cache.writebehind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.guestmount.cache.FoldingFilesystem;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.AttributeChange.TimeChange;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.ForwardingGuestFilesystem;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InMemoryGuestFilesystem;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.RecordingGuestFilesystem;
import org.guestmount.core.fs.RenameMode;
import org.guestmount.core.fs.SeekTarget;
import org.guestmount.core.fs.Timestamp;
import org.guestmount.core.fs.XattrMode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WriteBehindFilesystemTest {
    private static final GuestPath FILE = GuestPath.of("/file");
    private static final GuestPath ALIAS = GuestPath.of("/FILE");
    private static final GuestPath OTHER = GuestPath.of("/other");
    private static final OpenFlags NEW = new OpenFlags(OpenFlags.RDWR | OpenFlags.EXCL);
    private static final AttributeChange OLD =
            AttributeChange.ofTimes(new TimeChange(new Timestamp(1, 2)), new TimeChange(new Timestamp(3, 4)));
    private static final int MIB = 1 << 20;

    private final AtomicLong nanoTime = new AtomicLong();
    private final InMemoryGuestFilesystem memory = new InMemoryGuestFilesystem();
    private final LateUpdates guest = new LateUpdates(memory, null);
    private final RecordingGuestFilesystem backend = new RecordingGuestFilesystem(guest);
    private final WriteBehindFilesystem filesystem = new WriteBehindFilesystem(backend, nanoTime::get);

    /** Something done to a file or beside it. */
    @FunctionalInterface
    interface Use {
        void of(GuestFilesystem filesystem, FileHandle file) throws GuestFilesystemException;
    }

    /** Has it seen that the filesystem stores owners and permissions. */
    @BeforeEach
    void meetTheDevice() throws GuestFilesystemException {
        GuestPath path = GuestPath.of("/first");
        FileHandle file = create(path);
        filesystem.setattr(path, AttributeChange.ofOwner(7, 7));
        filesystem.setattr(path, AttributeChange.ofMode(0777));
        filesystem.flush(file);
        close(file);
        guest.doHeld();
        filesystem.statfs(path);
        backend.take();
    }

    private FileHandle create(GuestPath path) throws GuestFilesystemException {
        return filesystem.create(path, NEW, 0600, Credentials.ROOT).handle();
    }

    private void write(FileHandle file, String text) throws GuestFilesystemException {
        write(file, 0, text);
    }

    private void write(FileHandle file, long offset, String text) throws GuestFilesystemException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
        assertThat(filesystem.write(file, offset, bytes)).isEqualTo(text.length());
    }

    private String content(GuestPath path) throws GuestFilesystemException {
        ByteBuffer content = memory.open(path, OpenFlags.READ_ONLY).content();
        return content == null
                ? "nothing"
                : StandardCharsets.US_ASCII.decode(content).toString();
    }

    /** Closes a file, and has what is pending of it sent. */
    private void close(FileHandle file) throws GuestFilesystemException {
        filesystem.release(file);
        filesystem.sendAged();
    }

    private static void assertFails(Errno errno, ThrowingCallable call) {
        assertThatExceptionOfType(GuestFilesystemException.class)
                .isThrownBy(call)
                .extracting(GuestFilesystemException::errno)
                .isEqualTo(errno);
    }

    @Test
    void aNewFileTakesCreatingItAndOneUpdateThatNobodyWaitsFor() throws Exception {
        FileHandle file = create(FILE);
        write(file, "some ");
        write(file, 5, "text");
        filesystem.setattr(FILE, OLD);
        filesystem.setattr(FILE, AttributeChange.ofOwner(5, 6));
        filesystem.setattr(file, AttributeChange.ofMode(04755));
        filesystem.flush(file);
        close(file);

        assertThat(backend.take()).containsExactly("create /file", "statfs /file", "update /file 0+9 setattr release");
        guest.doHeld();
        FileAttributes attributes = filesystem.getattr(FILE);
        assertThat(attributes.mode()).isEqualTo(0104755);
        assertThat(List.of(attributes.uid(), attributes.gid())).containsExactly(5, 6);
        assertThat(attributes.modified()).isEqualTo(new Timestamp(3, 4));
        assertThat(attributes.size()).isEqualTo(9);
        assertThat(content(FILE)).isEqualTo("some text");
    }

    @Test
    void attributesSetAfterClosingGoWithIt() throws Exception {
        FileHandle file = create(FILE);
        write(file, "text");
        filesystem.flush(file);
        filesystem.release(file);
        filesystem.setattr(FILE, OLD);
        filesystem.setattr(FILE, AttributeChange.ofMode(0640));
        create(OTHER);

        assertThat(backend.take())
                .containsExactly("create /file", "statfs /file", "create /other", "update /file 0+4 setattr release");
        guest.doHeld();
        assertThat(filesystem.getattr(FILE).mode()).isEqualTo(0100640);
        assertThat(filesystem.getattr(FILE).modified()).isEqualTo(new Timestamp(3, 4));
    }

    @Test
    void whatWasWrittenBeforeAnotherFileWasMadeIsNoNewer() throws Exception {
        FileHandle file = create(FILE);
        write(file, "text");
        filesystem.release(file);
        FileHandle other = create(OTHER);
        write(other, "text");
        Instant end = Instant.now();
        awaitLaterThan(end);
        close(other);
        guest.doHeld();

        assertThat(modified(FILE)).isBeforeOrEqualTo(modified(OTHER));
        assertThat(modified(OTHER)).isBeforeOrEqualTo(end);
        assertThat(modified(FILE)).isAfterOrEqualTo(modified(GuestPath.of("/first")));
    }

    private Instant modified(GuestPath path) throws GuestFilesystemException {
        Timestamp time = filesystem.getattr(path).modified();
        return Instant.ofEpochSecond(time.seconds(), time.nanos());
    }

    private static void awaitLaterThan(Instant time) {
        while (!Instant.now().isAfter(time.plusMillis(20))) {
            Thread.onSpinWait();
        }
    }

    @Test
    void anEmptyFileTakesNoQuestionForSpace() throws Exception {
        FileHandle file = create(FILE);
        filesystem.setattr(FILE, OLD);
        filesystem.flush(file);
        close(file);

        assertThat(backend.take()).containsExactly("create /file", "update /file 0+0 setattr release");
    }

    @Test
    void whatIsNotConfirmedIsSaidToBeProvisional() throws Exception {
        FileHandle file = create(FILE);
        write(file, "text");

        FileAttributes expected = filesystem.setattr(FILE, AttributeChange.ofMode(0640));

        assertThat(expected.provisional()).isTrue();
        assertThat(expected.mode()).isEqualTo(0100640);
        assertThat(expected.size()).isEqualTo(4);
        CompletableFuture<Boolean> provisional = inBackground(
                () -> filesystem.setattr(file, AttributeChange.ofSize(2)).provisional());
        assertThat(finish(provisional)).isFalse();
    }

    @Test
    void chownAfterChmodClearsTheSetuidBitAsItWould() throws Exception {
        FileHandle file = create(FILE);
        filesystem.setattr(FILE, AttributeChange.ofMode(06755));

        FileAttributes expected = finish(inBackground(() -> filesystem.setattr(FILE, AttributeChange.ofOwner(1, 1))));
        close(file);
        guest.doHeld();

        assertThat(expected.mode()).isEqualTo(0100755);
        assertThat(filesystem.getattr(FILE).mode()).isEqualTo(0100755);
    }

    @Test
    void writingAfterSettingTimesChangesThem() throws Exception {
        FileHandle file = create(FILE);
        filesystem.setattr(FILE, OLD);
        finish(inBackground(() -> filesystem.write(file, 0, ByteBuffer.allocate(1))));
        close(file);
        guest.doHeld();

        assertThat(filesystem.getattr(FILE).modified()).isNotEqualTo(new Timestamp(3, 4));
    }

    static Stream<Use> observers() {
        return Stream.of(
                (filesystem, file) -> filesystem.getattr(FILE),
                (filesystem, file) -> filesystem.getattr(file),
                (filesystem, file) -> filesystem.lookup(FILE),
                (filesystem, file) -> filesystem.open(FILE, OpenFlags.READ_ONLY),
                (filesystem, file) -> filesystem.create(FILE, OpenFlags.READ_WRITE, 0600, Credentials.ROOT),
                (filesystem, file) -> filesystem.read(file, 0, ByteBuffer.allocate(1)),
                (filesystem, file) -> filesystem.seek(file, 0, SeekTarget.DATA),
                (filesystem, file) -> filesystem.fallocate(file, 0, 0, 1),
                (filesystem, file) -> filesystem.setattr(FILE, AttributeChange.ofSize(1)),
                (filesystem, file) -> filesystem.setattr(file, AttributeChange.ofSize(1)),
                (filesystem, file) -> filesystem.listxattr(FILE),
                (filesystem, file) -> filesystem.setxattr(FILE, "user.a", new byte[1], XattrMode.CREATE),
                (filesystem, file) -> filesystem.readDirectory(GuestPath.ROOT, 4096),
                (filesystem, file) -> filesystem.readSmallFiles(GuestPath.ROOT, List.of("file")),
                (filesystem, file) -> filesystem.listTrees(List.of(GuestPath.ROOT), false, 1),
                (filesystem, file) -> filesystem.mapExtents(file, 0),
                (filesystem, file) -> filesystem.mapSmallFiles(GuestPath.ROOT, List.of("file")),
                (filesystem, file) -> filesystem.unlink(FILE),
                (filesystem, file) -> filesystem.rename(FILE, OTHER, RenameMode.REPLACE),
                (filesystem, file) -> filesystem.rename(GuestPath.of("/first"), FILE, RenameMode.REPLACE),
                (filesystem, file) -> filesystem.link(FILE, OTHER),
                (filesystem, file) -> filesystem.statfs(GuestPath.ROOT),
                (filesystem, file) -> filesystem.fsync(file, false),
                (filesystem, file) -> filesystem.fsync(GuestPath.ROOT, false),
                (filesystem, file) -> filesystem.sync(),
                (filesystem, file) -> filesystem.close());
    }

    @ParameterizedTest
    @MethodSource("observers")
    void whoeverCouldTellTheDifferenceWaits(Use observer) throws Exception {
        FileHandle file = create(FILE);
        write(file, "text");

        CompletableFuture<String> observed = inBackground(() -> {
            observer.of(filesystem, file);
            return "done";
        });

        awaitHeld(1);
        assertThat(observed).isNotDone();
        assertThat(backend.take()).last().asString().startsWith("update /file 0+4");
        finish(observed);
    }

    @Test
    void whoeverCouldTellTheDifferenceWaitsForAClosedFileToo() throws Exception {
        FileHandle file = create(FILE);
        write(file, "text");
        close(file);

        CompletableFuture<FileAttributes> attributes = inBackground(() -> filesystem.getattr(FILE));

        assertThat(attributes).isNotDone();
        assertThat(finish(attributes).size()).isEqualTo(4);
        assertThat(memory.openHandles()).isZero();
    }

    static Stream<Use> bystanders() {
        return Stream.of(
                (filesystem, file) -> filesystem.getattr(GuestPath.of("/first")),
                (filesystem, file) -> filesystem.lookup(GuestPath.ROOT),
                (filesystem, file) -> filesystem.create(OTHER, NEW, 0600, Credentials.ROOT),
                (filesystem, file) -> filesystem.mkdir(OTHER, 0700, Credentials.ROOT),
                (filesystem, file) -> filesystem.symlink("file", OTHER, Credentials.ROOT),
                (filesystem, file) -> filesystem.unlink(GuestPath.of("/first")),
                (filesystem, file) -> filesystem.setattr(GuestPath.ROOT, OLD),
                (filesystem, file) -> filesystem.open(GuestPath.of("/first"), OpenFlags.READ_WRITE));
    }

    @ParameterizedTest
    @MethodSource("bystanders")
    void nobodyElseDoes(Use bystander) throws Exception {
        FileHandle file = create(FILE);
        write(file, "text");

        bystander.of(filesystem, file);

        assertThat(guest.held()).isZero();
        assertThat(backend.take()).noneMatch(operation -> operation.startsWith("update"));
    }

    @ParameterizedTest
    @ValueSource(ints = {OpenFlags.SYNC, OpenFlags.DSYNC, OpenFlags.APPEND})
    void whoAsksForItGetsEachWriteDone(int flag) throws Exception {
        FileHandle file = filesystem
                .create(FILE, new OpenFlags(NEW.bits() | flag), 0600, Credentials.ROOT)
                .handle();
        write(file, "text");

        assertThat(backend.take()).containsExactly("create /file", "write /file 0+4");
    }

    @Test
    void aFileThatExistedIsWrittenAtOnce() throws Exception {
        FileHandle file = filesystem
                .create(GuestPath.of("/first"), OpenFlags.READ_WRITE, 0600, Credentials.ROOT)
                .handle();
        write(file, "text");

        assertThat(backend.take()).containsExactly("create /first", "create /first", "write /first 0+4");
    }

    @Test
    void aFileMadeWithoutInsistingIsNewAllTheSame() throws Exception {
        FileHandle file = filesystem
                .create(FILE, OpenFlags.READ_WRITE, 0600, Credentials.ROOT)
                .handle();
        write(file, "text");
        close(file);

        assertThat(backend.take()).containsExactly("create /file", "statfs /file", "update /file 0+4 setattr release");
    }

    @Test
    void withLittleSpaceLeftNothingIsPutOff() throws Exception {
        guest.setAvailable(63 * MIB);
        FileHandle file = create(FILE);
        write(file, "text");
        filesystem.flush(file);

        assertThat(backend.take()).containsExactly("create /file", "statfs /file", "write /file 0+4");
    }

    @Test
    void whenSpaceRunsOutClosingWaits() throws Exception {
        FileHandle file = create(FILE);
        write(file, "text");
        guest.setAvailable(63 * MIB);
        nanoTime.addAndGet(TimeUnit.SECONDS.toNanos(2));
        guest.fail(Errno.ENOSPC);

        CompletableFuture<String> flushed = inBackground(() -> {
            filesystem.flush(file);
            return "done";
        });

        awaitHeld(1);
        guest.doHeld();
        assertFails(Errno.ENOSPC, () -> join(flushed));
    }

    @Test
    void spaceIsAskedForAgainAfterMuchWasWritten() throws Exception {
        FileHandle file = create(FILE);
        write(file, "text");
        backend.take();
        FileHandle large =
                filesystem.open(GuestPath.of("/first"), OpenFlags.READ_WRITE).handle();
        for (int i = 0; i < 16; i++) {
            filesystem.write(large, (long) i * MIB, ByteBuffer.allocate(MIB));
        }
        guest.setAvailable(MIB);
        finish(inBackground(() -> filesystem.write(file, 4, ByteBuffer.allocate(1))));

        assertThat(backend.take()).endsWith("statfs /file", "update /file 0+4 setattr", "write /file 4+1");
    }

    @Test
    void aRefusalIsAnsweredWhereOwnersAreNotStored() throws Exception {
        GuestFilesystem vfat = new ForwardingGuestFilesystem(memory) {
            @Override
            public FileAttributes setattr(FileReference file, AttributeChange change) throws GuestFilesystemException {
                if (change.uid() != null && change.uid() != 0) {
                    throw GuestFilesystemException.of(Errno.EPERM, "chown", file);
                }
                return super.setattr(file, change);
            }
        };
        WriteBehindFilesystem above = new WriteBehindFilesystem(vfat);
        for (GuestPath path : List.of(FILE, OTHER)) {
            above.create(path, NEW, 0600, Credentials.ROOT);
            above.setattr(path, AttributeChange.ofOwner(0, 0));

            assertFails(Errno.EPERM, () -> above.setattr(path, AttributeChange.ofOwner(1, 1)));
        }
        above.close();
    }

    @Test
    void aFailureIsToldToTheNextWrite() throws Exception {
        FileHandle file = failLater("text");

        assertFails(Errno.EIO, () -> write(file, "more"));
        write(file, "more");
        filesystem.flush(file);
        close(file);
        guest.doHeld();
        filesystem.close();
    }

    @Test
    void aFailureIsToldToTheNextFlush() throws Exception {
        FileHandle file = failLater("text");

        assertFails(Errno.EIO, () -> filesystem.flush(file));
        filesystem.flush(file);
    }

    @Test
    void aFailureIsToldToTheNextFsync() throws Exception {
        FileHandle file = failLater("text");

        assertFails(Errno.EIO, () -> filesystem.fsync(file, false));
        filesystem.fsync(file, false);
    }

    /** An open file of which something failed, though nobody was told. */
    private FileHandle failLater(String text) throws GuestFilesystemException {
        FileHandle file = create(FILE);
        write(file, text);
        age();
        guest.fail(Errno.EIO);
        guest.doHeld();
        guest.fail(null);
        return file;
    }

    private void age() {
        nanoTime.addAndGet(TimeUnit.SECONDS.toNanos(1));
        filesystem.sendAged();
    }

    @Test
    void aFailureNobodyIsLeftToHearOfIsToldToWhoeverSyncsAndAtTheEnd() throws Exception {
        FileHandle file = create(FILE);
        write(file, "text");
        filesystem.flush(file);
        close(file);
        guest.fail(Errno.EDQUOT);
        guest.doHeld();
        guest.fail(null);

        assertFails(Errno.EDQUOT, () -> filesystem.fsync(GuestPath.ROOT, false));
        filesystem.fsync(GuestPath.ROOT, false);
        assertFails(Errno.EDQUOT, filesystem::close);
    }

    @Test
    void whatNobodyClosesIsSentSoonAllTheSame() throws Exception {
        FileHandle file = create(FILE);
        write(file, "text");

        filesystem.sendAged();
        assertThat(guest.held()).isZero();
        age();

        assertThat(guest.held()).isEqualTo(1);
        guest.doHeld();
        assertThat(content(FILE)).isEqualTo("text");
    }

    @Test
    void aLargeFileIsSentWhileItIsWritten() throws Exception {
        byte[] bytes = new byte[5 * MIB + 12345];
        new Random(5).nextBytes(bytes);
        WriteBehindFilesystem above = overlapping();
        FileHandle file = above.create(FILE, NEW, 0600, Credentials.ROOT).handle();
        for (int at = 0, count; at < bytes.length; at += count) {
            count = Math.min(100_000, bytes.length - at);
            assertThat(above.write(file, at, ByteBuffer.wrap(bytes, at, count))).isEqualTo(count);
        }
        above.setattr(FILE, OLD);
        above.release(file);

        assertThat(above.getattr(FILE).size()).isEqualTo(bytes.length);
        assertThat(above.getattr(FILE).modified()).isEqualTo(new Timestamp(3, 4));
        assertThat(read(bytes.length)).isEqualTo(bytes);
        above.close();
    }

    @Test
    void writesHereAndThereLeaveWhatTheyWould() throws Exception {
        Random random = new Random(6);
        byte[] bytes = new byte[300_000];
        WriteBehindFilesystem above = overlapping();
        FileHandle file = above.create(FILE, NEW, 0600, Credentials.ROOT).handle();
        int end = 0;
        int next = 0;
        for (int i = 0; i < 2000; i++) {
            int count = 1 + random.nextInt(3000);
            int at = random.nextInt(4) == 0
                    ? random.nextInt(bytes.length - count)
                    : Math.min(next, bytes.length - count);
            byte[] part = new byte[count];
            random.nextBytes(part);
            System.arraycopy(part, 0, bytes, at, count);
            above.write(file, at, ByteBuffer.wrap(part));
            next = at + count;
            end = Math.max(end, next);
        }
        above.release(file);

        assertThat(above.getattr(FILE).size()).isEqualTo(end);
        assertThat(read(end)).isEqualTo(Arrays.copyOf(bytes, end));
        above.close();
    }

    @Test
    void aFileWrittenHereAndThereIsWrittenAtOnceInTheEnd() throws Exception {
        WriteBehindFilesystem above = new WriteBehindFilesystem(new RecordingGuestFilesystem(memory));
        FileHandle file = above.create(FILE, NEW, 0600, Credentials.ROOT).handle();
        for (int i = 20; i >= 0; i--) {
            above.write(file, i * 10L, ByteBuffer.allocate(1));
        }
        FileAttributes attributes = memory.getattr(FILE);
        above.write(file, 1000, ByteBuffer.allocate(1));

        assertThat(attributes.size()).isEqualTo(201);
        assertThat(memory.getattr(FILE).size()).isEqualTo(1001);
        above.close();
    }

    /** Over a guest that does several updates side by side. */
    private WriteBehindFilesystem overlapping() {
        return new WriteBehindFilesystem(new LateUpdates(memory, ForkJoinPool.commonPool()));
    }

    private byte[] read(int length) throws GuestFilesystemException {
        FileHandle file = memory.open(FILE, OpenFlags.READ_ONLY).handle();
        ByteBuffer content = ByteBuffer.allocate(length + 1);
        memory.read(file, 0, content);
        memory.release(file);
        return Arrays.copyOf(content.array(), content.position());
    }

    @Test
    void aWriteWhereTheGuestMayRefuseIsDoneAtOnce() throws Exception {
        FileHandle file = create(FILE);

        assertFails(Errno.EINVAL, () -> filesystem.write(file, -1, ByteBuffer.allocate(1)));
        assertFails(Errno.EFBIG, () -> filesystem.write(file, Long.MAX_VALUE - 1, ByteBuffer.allocate(1)));
    }

    @Test
    void noMoreThan256FilesArePending() throws Exception {
        CompletableFuture<String> all = inBackground(() -> {
            for (int i = 0; i < 300; i++) {
                GuestPath path = GuestPath.of("/" + i);
                FileHandle file = create(path);
                write(file, "text");
                close(file);
            }
            return "done";
        });

        awaitHeld(256);
        assertThat(all).isNotDone();
        assertThat(guest.held()).isEqualTo(256);
        finish(all);
    }

    @Test
    void noMoreThan16MebibytesArePending() throws Exception {
        List<FileHandle> open = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            open.add(create(GuestPath.of("/" + i)));
        }
        for (FileHandle file : open.subList(0, 16)) {
            filesystem.write(file, 0, ByteBuffer.allocate(MIB - 1));
        }
        assertThat(guest.held()).isZero();

        filesystem.write(open.get(16), 0, ByteBuffer.allocate(16));
        backend.take();
        finish(inBackground(() -> filesystem.write(open.get(17), 0, ByteBuffer.allocate(MIB))));

        assertThat(backend.take()).contains("write /17 0+1048576");
    }

    @Test
    void aFileReachedByAnotherNameIsNotPutOffAnyMore() throws Exception {
        WriteBehindFilesystem above = new WriteBehindFilesystem(new FoldingFilesystem(memory));
        FileHandle file = above.create(FILE, NEW, 0600, Credentials.ROOT).handle();
        above.write(file, 0, ByteBuffer.allocate(4));

        assertThat(above.lookup(ALIAS).attributes().size()).isEqualTo(4);
        above.write(file, 4, ByteBuffer.allocate(4));
        assertThat(above.lookup(ALIAS).attributes().size()).isEqualTo(8);
        above.close();
    }

    static Stream<Use> changesByAnotherName() {
        return Stream.of(
                (filesystem, file) -> filesystem.open(ALIAS, new OpenFlags(OpenFlags.RDWR | OpenFlags.TRUNC)),
                (filesystem, file) -> filesystem.create(
                        ALIAS, new OpenFlags(OpenFlags.RDWR | OpenFlags.TRUNC), 0600, Credentials.ROOT),
                (filesystem, file) -> filesystem.setattr(ALIAS, AttributeChange.ofSize(0)));
    }

    @ParameterizedTest
    @MethodSource("changesByAnotherName")
    void whatWasPendingComesBeforeAChangeByAnotherName(Use truncation) throws Exception {
        WriteBehindFilesystem above = new WriteBehindFilesystem(new FoldingFilesystem(memory));
        FileHandle file = above.create(FILE, NEW, 0600, Credentials.ROOT).handle();
        above.write(file, 0, ByteBuffer.allocate(4));

        truncation.of(above, file);

        assertThat(above.getattr(file).size()).isZero();
        assertThat(memory.getattr(FILE).size()).isZero();
        above.close();
    }

    @Test
    void whatWasPendingComesBeforeAnXattrByAnotherName() throws Exception {
        RecordingGuestFilesystem recording = new RecordingGuestFilesystem(new FoldingFilesystem(memory));
        WriteBehindFilesystem above = new WriteBehindFilesystem(recording);
        FileHandle file = above.create(FILE, NEW, 0600, Credentials.ROOT).handle();
        above.write(file, 0, ByteBuffer.allocate(4));
        recording.take();

        above.setxattr(ALIAS, "user.a", new byte[1], XattrMode.CREATE);

        assertThat(recording.take()).first().asString().startsWith("update /file 0+4");
        above.close();
    }

    /** Something that returns. */
    @FunctionalInterface
    private interface Task<T> {
        T run() throws GuestFilesystemException;
    }

    private static <T> CompletableFuture<T> inBackground(Task<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                result.complete(task.run());
            } catch (GuestFilesystemException | RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return result;
    }

    private void awaitHeld(int count) {
        while (guest.held() < count) {
            Thread.onSpinWait();
        }
    }

    /** Has updates done until that has ended. */
    private <T> T finish(CompletableFuture<T> task) throws GuestFilesystemException {
        while (!task.isDone()) {
            guest.doHeld();
        }
        return join(task);
    }

    private static <T> T join(CompletableFuture<T> task) throws GuestFilesystemException {
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GuestFilesystemException failure) {
                throw failure;
            }
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
