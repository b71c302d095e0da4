package org.guestmount.cache.writebehind;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.guestmount.cache.FoldingFilesystem;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.RecordingGuestFilesystem;
import org.guestmount.core.fs.RenameMode;
import org.guestmount.core.fs.SeekTarget;
import org.guestmount.core.fs.Timestamp;
import org.guestmount.core.fs.XattrMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is pending is done before anybody could miss it, and in time's order. */
class WriteBehindOrderTest extends WriteBehindSupport {
    private static final GuestPath ALIAS = GuestPath.of("/FILE");

    /** Something done to a file or beside it. */
    @FunctionalInterface
    interface Use {
        void of(GuestFilesystem filesystem, FileHandle file) throws GuestFilesystemException;
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
}
