package org.guestmount.core.protocol;

import java.nio.ByteBuffer;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.AttributeChange.TimeChange;
import org.guestmount.core.fs.ChangeOutcome;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.DirectoryChunk;
import org.guestmount.core.fs.DirectoryEntry;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileDetails;
import org.guestmount.core.fs.FileExtent;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.FilesystemStatistics;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.OpenedFile;
import org.guestmount.core.fs.Timestamp;
import org.guestmount.core.fs.TreeChange;
import org.guestmount.core.machine.BlockDevice;
import org.guestmount.core.machine.DetectedFilesystem;
import org.guestmount.core.machine.MountOutcome;
import org.guestmount.core.machine.MountRequest;
import org.guestmount.core.machine.OperatingSystem;

/** Any value of each type that messages are made of. */
final class Vocabulary {
    private Vocabulary() {}

    /** A string of bytes without NUL. */
    static Arbitrary<String> strings(int minLength, int maxLength) {
        return Arbitraries.strings()
                .withCharRange((char) 1, (char) 255)
                .ofMinLength(minLength)
                .ofMaxLength(maxLength);
    }

    static Arbitrary<String> names() {
        return strings(1, 255).filter(name -> name.indexOf('/') < 0 && !name.equals(".") && !name.equals(".."));
    }

    static Arbitrary<String> texts() {
        return Arbitraries.strings().alpha().numeric().withChars(" /äß→漢").ofMaxLength(40);
    }

    static Arbitrary<GuestPath> paths() {
        return names().list().ofMaxSize(5).map(names -> GuestPath.of("/" + String.join("/", names)));
    }

    static Arbitrary<FileHandle> handles() {
        return Arbitraries.longs().filter(id -> id != 0).map(FileHandle::new);
    }

    static Arbitrary<FileReference> references() {
        return Arbitraries.oneOf(paths().map(path -> (FileReference) path), handles());
    }

    static Arbitrary<Integer> ints() {
        return Arbitraries.integers();
    }

    static Arbitrary<Long> longs() {
        return Arbitraries.longs();
    }

    static Arbitrary<OpenFlags> openFlags() {
        return ints().map(OpenFlags::new);
    }

    static Arbitrary<Credentials> credentials() {
        return Combinators.combine(ints(), ints()).as(Credentials::new);
    }

    static Arbitrary<Timestamp> timestamps() {
        return Combinators.combine(longs(), Arbitraries.integers().between(0, 999_999_999))
                .as(Timestamp::new);
    }

    static Arbitrary<TimeChange> timeChanges() {
        return timestamps().injectNull(0.2).map(TimeChange::new);
    }

    static Arbitrary<AttributeChange> changes() {
        return Combinators.combine(
                        Arbitraries.longs().greaterOrEqual(0).injectNull(0.3),
                        ints().injectNull(0.3),
                        ints().injectNull(0.3),
                        ints().injectNull(0.3),
                        timeChanges().injectNull(0.3),
                        timeChanges().injectNull(0.3))
                .as(AttributeChange::new);
    }

    static Arbitrary<TreeChange> treeChanges() {
        Arbitrary<TreeChange> files = Combinators.combine(paths(), ints(), credentials(), buffers(300), changes())
                .as(TreeChange.MakeFile::new);
        Arbitrary<TreeChange> settings = Combinators.combine(paths(), changes()).as(TreeChange.SetAttributes::new);
        return Arbitraries.oneOf(
                files, settings, paths().map(TreeChange.Unlink::new), paths().map(TreeChange.Rmdir::new));
    }

    static Arbitrary<ChangeOutcome> outcomes() {
        return Combinators.combine(
                        attributes().injectNull(0.5),
                        Arbitraries.of(Errno.class).injectNull(0.5))
                .as(ChangeOutcome::new);
    }

    static Arbitrary<ByteBuffer> buffers(int maxBytes) {
        return Arbitraries.bytes().array(byte[].class).ofMaxSize(maxBytes).map(ByteBuffer::wrap);
    }

    static Arbitrary<FileAttributes> attributes(Arbitrary<FileType> types) {
        Arbitrary<Integer> modes = Combinators.combine(
                        types, Arbitraries.integers().between(0, 07777))
                .as((type, permissions) -> type.modeBits() | permissions);
        Arbitrary<List<Long>> numbers = longs().list().ofSize(4);
        Arbitrary<List<Integer>> counts = ints().list().ofSize(4);
        return Combinators.combine(
                        numbers,
                        counts,
                        modes,
                        Arbitraries.longs().greaterOrEqual(0),
                        timestamps().list().ofSize(3),
                        Arbitraries.of(true, false),
                        Arbitraries.of(true, false))
                .as((number, count, mode, size, times, provisional, removable) -> new FileAttributes(
                        number.get(0),
                        number.get(1),
                        mode,
                        count.get(0),
                        count.get(1),
                        count.get(2),
                        number.get(2),
                        size,
                        number.get(3),
                        count.get(3),
                        times.get(0),
                        times.get(1),
                        times.get(2),
                        provisional && number.get(1) != FileAttributes.NO_INODE,
                        removable));
    }

    static Arbitrary<FileAttributes> attributes() {
        return attributes(Arbitraries.of(FileType.class));
    }

    static Arbitrary<FileDetails> details() {
        Arbitrary<FileDetails> links = Combinators.combine(
                        attributes(Arbitraries.just(FileType.SYMBOLIC_LINK)),
                        strings(1, 300),
                        Arbitraries.of(true, false))
                .as(FileDetails::new);
        Arbitrary<FileType> others = Arbitraries.of(FileType.class).filter(type -> type != FileType.SYMBOLIC_LINK);
        return Arbitraries.oneOf(
                links,
                Combinators.combine(
                                attributes(others),
                                Arbitraries.of(true, false),
                                contents().injectNull(0.5))
                        .as((attributes, xattrs, contents) -> new FileDetails(attributes, null, xattrs, contents)));
    }

    static Arbitrary<DirectoryChunk> chunks() {
        Arbitrary<DirectoryEntry> entries =
                Combinators.combine(names(), details()).as(DirectoryEntry::new);
        return Combinators.combine(entries.list().ofMaxSize(5), handles().injectNull(0.5))
                .as(DirectoryChunk::new);
    }

    private static Arbitrary<FileExtent> contents() {
        return Combinators.combine(
                        Arbitraries.longs().greaterOrEqual(1),
                        Arbitraries.integers().greaterOrEqual(0),
                        Arbitraries.longs().greaterOrEqual(0))
                .as((length, drive, place) -> FileExtent.onDrive(0, length, drive, place));
    }

    static Arbitrary<FileExtent> extents() {
        Arbitrary<Long> half = Arbitraries.longs().between(1, Long.MAX_VALUE / 2);
        return Combinators.combine(
                        half,
                        half,
                        Arbitraries.of(FileExtent.Place.class),
                        Arbitraries.integers().greaterOrEqual(0),
                        half)
                .as(FileExtent::new);
    }

    static Arbitrary<OpenedFile> openedFiles() {
        return Combinators.combine(handles(), attributes(), buffers(300).injectNull(0.5))
                .as(OpenedFile::new);
    }

    static Arbitrary<FilesystemStatistics> statistics() {
        return Combinators.combine(longs().list().ofSize(8), ints())
                .as((number, maxName) -> new FilesystemStatistics(
                        number.get(0),
                        number.get(1),
                        number.get(2),
                        number.get(3),
                        number.get(4),
                        number.get(5),
                        number.get(6),
                        number.get(7),
                        maxName));
    }

    static Arbitrary<BlockDevice> blockDevices() {
        return Combinators.combine(texts(), texts().injectNull(0.5), longs(), ints(), Arbitraries.of(true, false))
                .as(BlockDevice::new);
    }

    static Arbitrary<DetectedFilesystem> detectedFilesystems() {
        return Combinators.combine(
                        texts(),
                        texts(),
                        texts().injectNull(0.3),
                        texts().injectNull(0.3),
                        longs(),
                        Arbitraries.of(true, false),
                        texts().list().ofMaxSize(3))
                .as(DetectedFilesystem::new);
    }

    static Arbitrary<MountRequest> mountRequests() {
        return Combinators.combine(texts(), paths(), texts(), texts().injectNull(0.3))
                .as(MountRequest::new);
    }

    static Arbitrary<MountOutcome> mountOutcomes() {
        return Combinators.combine(Arbitraries.of(true, false), texts()).as(MountOutcome::new);
    }

    static Arbitrary<OperatingSystem> operatingSystems() {
        Arbitrary<OperatingSystem.DriveLetter> letters = Combinators.combine(
                        Arbitraries.chars().range('a', 'z').map(String::valueOf), mountRequests())
                .as(OperatingSystem.DriveLetter::new);
        return Combinators.combine(
                        texts().list().ofSize(6),
                        Arbitraries.of(OperatingSystem.Family.class),
                        Arbitraries.of(true, false),
                        mountRequests().list().ofMaxSize(3),
                        letters.list().ofMaxSize(3),
                        texts().list().ofMaxSize(3))
                .as((text, family, media, mounts, drives, notes) -> new OperatingSystem(
                        text.get(0),
                        family,
                        text.get(1),
                        text.get(2),
                        text.get(3),
                        text.get(4),
                        text.get(5),
                        media,
                        mounts,
                        drives,
                        notes));
    }
}
