package org.guestmount.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.DirectoryChunk;
import org.guestmount.core.fs.DirectoryEntry;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InMemoryGuestFilesystem;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.RecordingGuestFilesystem;
import org.guestmount.core.fs.RenameMode;
import org.guestmount.core.fs.XattrMode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the cache asks the guest, and what it does not. The tree: {@code /dir/file}, {@code /dir/sub/deep}. */
class CacheTrafficTest {
    private static final GuestPath DIR = GuestPath.of("/dir");
    private static final GuestPath FILE = GuestPath.of("/dir/file");
    private static final GuestPath NEW = GuestPath.of("/dir/new");
    private static final GuestPath SUB = GuestPath.of("/dir/sub");
    private static final GuestPath DEEP = GuestPath.of("/dir/sub/deep");
    private static final CacheConfig CONFIG = new CacheConfig(Duration.ofDays(1), CacheConfig.DEFAULT_MAX_BYTES);

    private final GuestFilesystem guest = new InMemoryGuestFilesystem();
    private final RecordingGuestFilesystem asked = new RecordingGuestFilesystem(guest);
    private final GuestFilesystem cached = new CachingFilesystem(asked, CONFIG);

    @BeforeEach
    void makeTree() throws GuestFilesystemException {
        guest.mkdir(DIR, 0755, Credentials.ROOT);
        makeFile(guest, FILE);
        guest.mkdir(SUB, 0755, Credentials.ROOT);
        makeFile(guest, DEEP);
        // From the first name on it is known how names are compared.
        cached.lookup(DIR);
        assertThat(asked.take()).containsExactly("lookup /", "lookup /dir", "lookup /DIR");
    }

    @Test
    void contentsThatCameWithOpeningAreReadOnce() throws Exception {
        write(FILE, "before");
        FileHandle file = cached.open(FILE, OpenFlags.READ_ONLY).handle();
        asked.take();

        assertThat(content(file)).isEqualTo("before");
        assertThat(asked.take()).isEmpty();
        assertThat(content(file)).isEqualTo("before");
        assertThat(asked.take()).containsExactly("read /dir/file 0+100");
    }

    @Test
    void contentsThatCameWithOpeningGiveWayToChanges() throws Exception {
        write(FILE, "before");
        FileHandle first = cached.open(FILE, OpenFlags.READ_ONLY).handle();
        write(FILE, "after!");
        assertThat(content(first)).isEqualTo("after!");

        FileHandle second = cached.open(FILE, OpenFlags.READ_ONLY).handle();
        cached.setattr(FILE, AttributeChange.ofSize(3));
        assertThat(content(second)).isEqualTo("aft");

        FileHandle writer = cached.open(FILE, OpenFlags.READ_WRITE).handle();
        FileHandle third = cached.open(FILE, OpenFlags.READ_ONLY).handle();
        cached.write(writer, 0, ByteBuffer.wrap("XYZ".getBytes(StandardCharsets.UTF_8)));
        assertThat(content(third)).isEqualTo("XYZ");
    }

    private void write(GuestPath path, String text) throws GuestFilesystemException {
        FileHandle file = cached.open(path, OpenFlags.READ_WRITE).handle();
        cached.write(file, 0, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        cached.release(file);
    }

    private String content(FileHandle file) throws GuestFilesystemException {
        ByteBuffer content = ByteBuffer.allocate(100);
        cached.read(file, 0, content);
        return StandardCharsets.UTF_8.decode(content.flip()).toString();
    }

    private static void makeFile(GuestFilesystem filesystem, GuestPath path) throws GuestFilesystemException {
        filesystem.release(filesystem
                .create(path, OpenFlags.READ_WRITE, 0644, Credentials.ROOT)
                .handle());
    }

    private static List<String> namesIn(GuestFilesystem filesystem, GuestPath directory)
            throws GuestFilesystemException {
        return filesystem.readDirectory(directory, 1 << 20).entries().stream()
                .map(DirectoryEntry::name)
                .toList();
    }

    private void list(GuestPath directory) throws GuestFilesystemException {
        DirectoryChunk chunk = cached.readDirectory(directory, 1 << 20);
        assertThat(chunk.next()).isNull();
    }

    /** Everything is known of the whole tree. */
    private void listAll() throws GuestFilesystemException {
        list(GuestPath.ROOT);
        list(DIR);
        list(SUB);
        asked.take();
    }

    private void assertMissing(GuestPath path) {
        GuestFilesystemException failure =
                catchThrowableOfType(GuestFilesystemException.class, () -> cached.lookup(path));
        assertThat(failure).isNotNull();
        assertThat(failure.errno()).isEqualTo(Errno.ENOENT);
    }

    @Test
    void theSecondLookupAsksNothing() throws Exception {
        cached.lookup(DEEP);
        assertThat(asked.take()).containsExactly("lookup /dir/sub", "lookup /dir/sub/deep");

        assertThat(cached.lookup(DEEP)).isEqualTo(guest.lookup(DEEP));
        assertThat(cached.getattr(DEEP)).isEqualTo(guest.getattr(DEEP));
        assertThat(asked.take()).isEmpty();
    }

    @Test
    void theSecondLookupOfAMissingNameAsksNothing() {
        assertMissing(NEW);
        assertThat(asked.take()).containsExactly("lookup /dir/new");

        assertMissing(NEW);
        assertMissing(GuestPath.of("/dir/new/below"));
        assertThat(asked.take()).isEmpty();
    }

    @Test
    void everyEntryIsKnownAfterAListing() throws Exception {
        list(DIR);
        asked.take();

        cached.lookup(FILE);
        cached.lookup(SUB);
        assertThat(cached.listxattr(FILE)).isEmpty();
        assertThat(asked.take()).isEmpty();
    }

    @Test
    void aNameMissingInAListedDirectoryAsksNothing() throws Exception {
        list(DIR);
        asked.take();

        assertMissing(NEW);
        assertThat(asked.take()).isEmpty();
    }

    @Test
    void theSecondListingAsksNothing() throws Exception {
        List<DirectoryEntry> first = cached.readDirectory(DIR, 1 << 20).entries();
        asked.take();

        assertThat(cached.readDirectory(DIR, 1 << 20).entries()).containsExactlyElementsOf(first);
        assertThat(asked.take()).isEmpty();
    }

    @Test
    void aListingFromMemoryKeepsTheOrderOfTheFilesystem() throws Exception {
        for (int i = 0; i < 50; i++) {
            makeFile(guest, SUB.resolve("file-" + (i * 7 % 50)));
        }
        list(SUB);
        cached.unlink(SUB.resolve("file-8"));
        makeFile(cached, SUB.resolve("file-100"));
        asked.take();

        assertThat(namesIn(cached, SUB)).isEqualTo(namesIn(guest, SUB));
        assertThat(asked.take()).isEmpty();
    }

    @Test
    void aListingInPartsCompletesTheDirectoryToo() throws Exception {
        DirectoryChunk chunk = cached.readDirectory(DIR, 1);
        while (chunk.next() != null) {
            chunk = cached.readDirectory(chunk.next(), 1);
        }
        asked.take();

        assertMissing(NEW);
        list(DIR);
        assertThat(asked.take()).isEmpty();
    }

    @Test
    void aListingGivenUpCompletesNothing() throws Exception {
        DirectoryChunk chunk = cached.readDirectory(DIR, 1);
        cached.release(Objects.requireNonNull(chunk.next(), "there are two entries"));
        asked.take();

        assertMissing(NEW);
        assertThat(asked.take()).containsExactly("lookup /dir/new");
        assertThat(((InMemoryGuestFilesystem) guest).openHandles()).isZero();
    }

    @Test
    void aListingFromMemoryIsTakenInPartsAndGivenUpWithoutAsking() throws Exception {
        listAll();

        DirectoryChunk first = cached.readDirectory(DIR, 1);
        FileHandle next = Objects.requireNonNull(first.next(), "there are two entries");
        DirectoryChunk second = cached.readDirectory(next, 1);
        cached.release(Objects.requireNonNull(cached.readDirectory(DIR, 1).next(), "there are two entries"));

        List<DirectoryEntry> entries = new ArrayList<>(first.entries());
        entries.addAll(second.entries());
        assertThat(entries).extracting(DirectoryEntry::name).containsExactlyInAnyOrder("file", "sub");
        assertThat(second.next()).isNull();
        assertThat(asked.take()).isEmpty();
    }

    @Test
    void fewChangedEntriesAreLookedUpRatherThanListedAgain() throws Exception {
        listAll();
        FileHandle file = cached.open(FILE, OpenFlags.READ_WRITE).handle();
        cached.write(file, 0, ByteBuffer.allocate(5));
        asked.take();

        list(DIR);

        assertThat(asked.take()).containsExactly("lookup /dir/file");
    }

    @Test
    void linkTargetsAreKnownWithTheRest() throws Exception {
        cached.symlink("target", NEW, Credentials.ROOT);
        asked.take();

        assertThat(cached.readlink(NEW)).isEqualTo("target");
        assertThat(asked.take()).isEmpty();
    }

    @Test
    void whatIsMadeIsKnownAndItsDirectoryIsAskedAgain() throws Exception {
        listAll();

        makeFile(cached, NEW);
        assertThat(asked.take()).containsExactly("create /dir/new", "release /dir/new");

        assertThat(cached.lookup(NEW).attributes()).isEqualTo(guest.getattr(NEW));
        assertThat(asked.take()).isEmpty();
        assertThat(cached.getattr(DIR)).isEqualTo(guest.getattr(DIR));
        assertThat(asked.take()).containsExactly("lookup /dir");
        assertMissing(GuestPath.of("/dir/other"));
        cached.lookup(FILE);
        list(DIR);
        assertThat(asked.take()).isEmpty();
    }

    @Test
    void aNewDirectoryIsKnownToBeEmpty() throws Exception {
        cached.mkdir(NEW, 0755, Credentials.ROOT);
        asked.take();

        assertMissing(NEW.resolve("file"));
        list(NEW);
        makeFile(cached, NEW.resolve("file"));
        assertMissing(NEW.resolve("other"));
        assertThat(asked.take()).containsExactly("create /dir/new/file", "release /dir/new/file");
    }

    @Test
    void aNewFileIsKnownToHaveNoCapabilities() throws Exception {
        FileHandle file = cached.create(NEW, new OpenFlags(OpenFlags.RDWR | OpenFlags.EXCL), 0644, Credentials.ROOT)
                .handle();
        asked.take();

        for (int i = 0; i < 2; i++) {
            assertThat(catchThrowableOfType(
                                    GuestFilesystemException.class, () -> cached.getxattr(NEW, "security.capability"))
                            .errno())
                    .isEqualTo(Errno.ENODATA);
            cached.write(file, 0, ByteBuffer.allocate(1));
        }
        assertThat(asked.take()).containsExactly("write /dir/new 0+1", "write /dir/new 0+1");
    }

    @Test
    void mkdirAndRmdirChangeTheLinkCountOfTheParent() throws Exception {
        listAll();
        assertThat(cached.getattr(DIR).links()).isEqualTo(3);

        cached.mkdir(NEW, 0755, Credentials.ROOT);
        assertThat(cached.getattr(DIR).links()).isEqualTo(4);

        cached.rmdir(NEW);
        assertThat(cached.getattr(DIR).links()).isEqualTo(3);
    }

    @Test
    void hardLinksNeverDisagree() throws Exception {
        listAll();
        cached.link(FILE, NEW);
        assertThat(cached.getattr(FILE).links()).isEqualTo(2);

        FileHandle file = cached.open(FILE, OpenFlags.READ_WRITE).handle();
        cached.write(file, 0, ByteBuffer.allocate(8));
        assertThat(cached.getattr(NEW).size()).isEqualTo(8);
        asked.take();

        cached.unlink(NEW);
        assertThat(cached.getattr(FILE).links()).isEqualTo(1);
        assertThat(asked.take()).containsExactly("unlink /dir/new", "lookup /dir/file");
    }

    @Test
    void aWriteDropsOnlyTheAttributesOfItsFile() throws Exception {
        listAll();
        FileHandle file = cached.open(FILE, OpenFlags.READ_WRITE).handle();
        asked.take();

        cached.write(file, 0, ByteBuffer.allocate(3));

        cached.lookup(DIR);
        cached.lookup(DEEP);
        assertThat(cached.listxattr(FILE)).isEmpty();
        assertThat(asked.take()).containsExactly("write /dir/file 0+3");
        assertThat(cached.getattr(file).size()).isEqualTo(3);
        assertThat(cached.getattr(FILE).size()).isEqualTo(3);
        assertThat(asked.take()).containsExactly("getattr /dir/file");
    }

    @Test
    void setattrAnswersWhatItChanged() throws Exception {
        listAll();

        cached.setattr(FILE, AttributeChange.ofMode(0600));

        assertThat(cached.getattr(FILE)).isEqualTo(guest.getattr(FILE));
        assertThat(asked.take()).containsExactly("setattr /dir/file");
    }

    @Test
    void unlinkLeavesTheRestOfTheDirectoryKnown() throws Exception {
        listAll();

        cached.unlink(FILE);

        assertMissing(FILE);
        cached.lookup(SUB);
        list(DIR);
        assertThat(asked.take()).containsExactly("unlink /dir/file");
        cached.lookup(DIR);
        assertThat(asked.take()).containsExactly("lookup /dir");
    }

    @Test
    void aMovedDirectoryTakesItsSubtreeAlong() throws Exception {
        listAll();

        cached.rename(SUB, NEW, RenameMode.REPLACE);

        assertThat(cached.lookup(NEW.resolve("deep")).attributes()).isEqualTo(guest.getattr(NEW.resolve("deep")));
        assertMissing(NEW.resolve("missing"));
        assertMissing(SUB);
        assertMissing(DEEP);
        assertThat(asked.take()).containsExactly("rename /dir/sub /dir/new");
        assertThat(cached.getattr(NEW)).isEqualTo(guest.getattr(NEW));
        assertThat(cached.getattr(DIR)).isEqualTo(guest.getattr(DIR));
        assertThat(asked.take()).containsExactlyInAnyOrder("lookup /dir/new", "lookup /dir");
    }

    @Test
    void aDirectoryMadeInPlaceOfAMovedOneHasNoneOfItsFiles() throws Exception {
        listAll();

        cached.rename(SUB, NEW, RenameMode.REPLACE);
        cached.mkdir(SUB, 0755, Credentials.ROOT);

        assertMissing(DEEP);
        cached.lookup(NEW.resolve("deep"));
        assertThat(asked.take()).containsExactly("rename /dir/sub /dir/new", "mkdir /dir/sub");
    }

    @Test
    void exchangedNamesSwapWhatTheyStandFor() throws Exception {
        listAll();

        cached.rename(FILE, SUB, RenameMode.EXCHANGE);

        assertThat(cached.getattr(FILE)).isEqualTo(guest.getattr(FILE));
        assertThat(cached.getattr(SUB)).isEqualTo(guest.getattr(SUB));
        assertThat(cached.lookup(FILE.resolve("deep"))).isNotNull();
        assertThat(asked.take())
                .containsExactlyInAnyOrder("rename /dir/file /dir/sub", "lookup /dir/file", "lookup /dir/sub");
    }

    @Test
    void aFailedChangeIsAskedAbout() throws Exception {
        listAll();

        assertThat(catchThrowableOfType(
                                GuestFilesystemException.class, () -> cached.mkdir(FILE, 0755, Credentials.ROOT))
                        .errno())
                .isEqualTo(Errno.EEXIST);
        asked.take();

        cached.lookup(FILE);
        assertThat(asked.take()).containsExactly("lookup /dir/file");
    }

    @Test
    void xattrsAreRememberedByNameUntilTheyAreSet() throws Exception {
        cached.setxattr(FILE, "user.x", new byte[] {1}, XattrMode.CREATE);
        asked.take();

        for (int i = 0; i < 2; i++) {
            assertThat(cached.getxattr(FILE, "user.x")).containsExactly(1);
            assertThat(catchThrowableOfType(GuestFilesystemException.class, () -> cached.getxattr(FILE, "user.y"))
                            .errno())
                    .isEqualTo(Errno.ENODATA);
            assertThat(cached.listxattr(FILE)).containsExactly("user.x");
        }
        assertThat(asked.take())
                .containsExactly("getxattr /dir/file user.x", "getxattr /dir/file user.y", "listxattr /dir/file");

        cached.setxattr(FILE, "user.x", new byte[] {2}, XattrMode.REPLACE);
        assertThat(cached.getxattr(FILE, "user.x")).containsExactly(2);
        assertThat(asked.take()).containsExactly("setxattr /dir/file user.x", "getxattr /dir/file user.x");
    }

    @Test
    void anUnlinkedOpenFileIsAlwaysAsked() throws Exception {
        FileHandle file = cached.open(FILE, OpenFlags.READ_WRITE).handle();
        cached.unlink(FILE);
        asked.take();

        assertThat(cached.getattr(file).links()).isZero();
        assertThat(cached.getattr(file).links()).isZero();

        assertThat(asked.take()).containsExactly("getattr /dir/file", "getattr /dir/file");
    }

    @Test
    void aDirectoryTooLargeToRememberIsPassedThrough() throws Exception {
        for (int i = 0; i < 500; i++) {
            makeFile(guest, SUB.resolve("file-" + i));
        }
        TreeCache tree = new TreeCache(new CacheConfig(Duration.ofDays(1), 100_000), () -> 0);
        GuestFilesystem small = new CachedFilesystem(asked, tree);

        for (int pass = 0; pass < 2; pass++) {
            asked.take();
            DirectoryChunk chunk = small.readDirectory(SUB, 20_000);
            int count = chunk.entries().size();
            while (chunk.next() != null) {
                chunk = small.readDirectory(chunk.next(), 20_000);
                count += chunk.entries().size();
                assertThat(tree.bytes()).isLessThan(100_000);
            }
            assertThat(count).isEqualTo(501);
            assertThat(asked.take())
                    .filteredOn("readDirectory /dir/sub"::equals)
                    .hasSizeGreaterThan(3);
        }
    }
}
