package org.guestmount.core.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What the parts of {@link GuestFilesystemContract} share: the subject, its honest differences, and short words. */
public interface ContractSupport {
    /** Longer than any whole directory of these tests takes. */
    int WHOLE_LISTING = 1 << 16;

    AttributeChange.TimeChange LONG_AGO = new AttributeChange.TimeChange(new Timestamp(1_000_000_000, 0));

    /** The filesystem under test. */
    GuestFilesystem fs();

    /** A path in the directory that belongs to the test. */
    GuestPath at(String relative);

    /** Called before a path is used that leads through a symbolic link, for a subject that needs to be told. */
    default void beforeLinkedPath() throws GuestFilesystemException {}

    /**
     * Whether what is done through {@link #fs} has root's capabilities: new inodes get any owner, owners and device
     * nodes can be made.
     */
    default boolean hasRootCapabilities() {
        return true;
    }

    /** Where any file can have xattrs: {@code user.}, or {@code trusted.} on a tmpfs before Linux 6.6. */
    default String xattrNamespace() {
        return "user.";
    }

    /** Whether a directory's link count is 2 and one for each directory in it; btrfs always says 1. */
    default boolean countsSubdirectories() {
        return true;
    }

    /** Whether fallocate can zero a range; a tmpfs cannot. */
    default boolean zeroesRanges() {
        return true;
    }

    /** Whether files have holes and seek finds them. */
    default boolean findsHoles() {
        return true;
    }

    default GuestPath makeFile(String name, String content) throws GuestFilesystemException {
        GuestPath path = at(name);
        OpenedFile file = fs().create(path, OpenFlags.READ_WRITE, 0644, Credentials.ROOT);
        fs().write(file.handle(), 0, bytes(content));
        fs().release(file.handle());
        return path;
    }

    default GuestPath makeDirectory(String name) throws GuestFilesystemException {
        fs().mkdir(at(name), 0755, Credentials.ROOT);
        return at(name);
    }

    default GuestPath makeSymlink(String name, String target) throws GuestFilesystemException {
        fs().symlink(target, at(name), Credentials.ROOT);
        return at(name);
    }

    default FileHandle openForReading(GuestPath path) throws GuestFilesystemException {
        return fs().open(path, OpenFlags.READ_ONLY).handle();
    }

    default FileHandle openForBoth(GuestPath path) throws GuestFilesystemException {
        return fs().open(path, OpenFlags.READ_WRITE).handle();
    }

    default String contentOf(GuestPath path) throws GuestFilesystemException {
        FileHandle file = openForReading(path);
        try {
            return readAt(file, 0, 1 << 16);
        } finally {
            fs().release(file);
        }
    }

    default String readAt(FileHandle file, long offset, int length) throws GuestFilesystemException {
        ByteBuffer data = ByteBuffer.allocate(length);
        int count = fs().read(file, offset, data);
        assertThat(data.position()).isEqualTo(count);
        return new String(data.array(), 0, count, StandardCharsets.ISO_8859_1);
    }

    default int writeAt(FileHandle file, long offset, String content) throws GuestFilesystemException {
        return fs().write(file, offset, bytes(content));
    }

    /** All entries of a directory, asked for in parts of this size. */
    default List<DirectoryEntry> list(GuestPath directory, int maxBytes) throws GuestFilesystemException {
        DirectoryChunk chunk = fs().readDirectory(directory, maxBytes);
        List<DirectoryEntry> entries = new ArrayList<>(chunk.entries());
        while (chunk.next() != null) {
            chunk = fs().readDirectory(chunk.next(), maxBytes);
            entries.addAll(chunk.entries());
        }
        return entries;
    }

    default List<String> names(GuestPath directory) throws GuestFilesystemException {
        return list(directory, WHOLE_LISTING).stream().map(DirectoryEntry::name).toList();
    }

    /** Sets the modification time far back, so that any touch shows. */
    default void age(GuestPath path) throws GuestFilesystemException {
        fs().setattr(path, AttributeChange.ofTimes(null, LONG_AGO));
    }

    default boolean isAged(GuestPath path) throws GuestFilesystemException {
        return fs().getattr(path).modified().equals(LONG_AGO.time());
    }

    default void assertExists(GuestPath path) throws GuestFilesystemException {
        assertThat(fs().getattr(path)).isNotNull();
    }

    default void assertMissing(GuestPath path) {
        assertFails(Errno.ENOENT, () -> fs().getattr(path));
        assertFails(Errno.ENOENT, () -> fs().lookup(path));
    }

    default void assertFails(Errno errno, ThrowingCallable operation) {
        GuestFilesystemException failure = catchThrowableOfType(GuestFilesystemException.class, operation);
        assertThat(failure).as("should fail with %s", errno).isNotNull();
        assertThat(failure.errno()).isEqualTo(errno);
    }

    static ByteBuffer bytes(String content) {
        return ByteBuffer.wrap(content.getBytes(StandardCharsets.ISO_8859_1));
    }
}
